import { CliError } from '../../exit/cli-error.ts';
import { EXIT_REFUSED, EXIT_UNAVAILABLE } from '../../exit/exit-codes.ts';
import type { OwnFile } from '../../process/own-file.ts';
import type { Scope } from '../../process/scope.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import type { ServiceAction } from './actions.ts';
import { type ServiceManager, SIGNATURE } from './host.ts';
import { createLaunchd } from './launchd.ts';
import { findSite, type Site } from './site.ts';
import { createSystemd } from './systemd.ts';
import { createTaskScheduler } from './task-scheduler.ts';

const ROOT = 0;

/** Where a service is, or would be. */
export interface ServicePlace {
  readonly site: Site;
  readonly host: ServiceManager;
  readonly file: OwnFile;
}

/** Throws a CliError where it is not known what runs services. */
export function locateService(scope: Scope, surroundings: Surroundings): ServicePlace {
  const site = findSite(scope, surroundings);
  const host = findHost(site);
  if (host === undefined) {
    throw new CliError(
      EXIT_UNAVAILABLE,
      `it is not known what runs services on ${site.platform}; have it run ambassador up --config FILE`,
    );
  }
  return { site, host, file: { path: host.path, scope, signature: SIGNATURE, encoding: host.encoding } };
}

/** Undefined where it is not known what runs services. */
export function findHost(site: Site): ServiceManager | undefined {
  switch (site.platform) {
    case 'linux':
      return createSystemd(site);
    case 'darwin':
      return createLaunchd(site);
    case 'win32':
      return createTaskScheduler(site);
    default:
      return undefined;
  }
}

/** Throws a CliError where nothing can be changed now. */
export function requireHost(
  { platform, scope, uid, hasSystemd }: Site,
  host: ServiceManager,
  action: ServiceAction,
): void {
  if (platform === 'linux' && !hasSystemd) {
    throw new CliError(
      EXIT_UNAVAILABLE,
      'no systemd runs on this machine; have what starts its services run ambassador up --config FILE (--dry-run shows what systemd would be told)',
    );
  }
  if (platform !== 'win32' && scope === 'system' && uid !== ROOT) {
    throw new CliError(EXIT_REFUSED, `${host.path} is root's; run it with sudo: ambassador service ${action} --system`);
  }
}
