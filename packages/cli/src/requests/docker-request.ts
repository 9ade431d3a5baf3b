import { existsSync } from 'node:fs';
import { AnnouncerError, type DockerAddress, parseDockerHost } from '@mdns-ambassador/announcer';
import { CliError, InvalidValue } from '../exit/cli-error.ts';
import { EXIT_REFUSED, EXIT_USAGE } from '../exit/exit-codes.ts';
import { findHome } from '../machine/own-user.ts';
import type { Settings } from '../settings/settings.ts';
import { describeGoingWithout, isUsualKey } from '../settings/usual-key.ts';

/** The daemon that `--docker` is about; undefined without it. */
export function readDockerAddress(
  settings: Settings,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): DockerAddress | undefined {
  const path = settings.read('docker-socket', parseSocketPath);
  if (!settings.isSet('docker')) return undefined;
  if (path !== undefined) return { kind: 'socket', path };
  try {
    return parseDockerHost(env.DOCKER_HOST, { platform, home: findHome(), exists: existsSync });
  } catch (error) {
    if (!(error instanceof AnnouncerError)) throw error;
    throw new CliError(EXIT_USAGE, `DOCKER_HOST: ${error.message}`, { cause: error });
  }
}

function parseSocketPath(text: string): string {
  const path = text.replace(/^unix:(?:\/\/)?/, '');
  if (path === '' || path.includes('\0')) {
    throw new InvalidValue(`"${text}" is no path; write one such as /var/run/docker.sock`);
  }
  return path;
}

/** What would not hold for containers is not ignored. */
export function refuseBesideDocker(settings: Settings, trailing: readonly string[] | undefined): void {
  if (trailing !== undefined) {
    throw new CliError(EXIT_USAGE, '--docker: a command has one announcer of its own; run announce --docker beside it');
  }
  for (const [option, what] of [
    ['mesh-key-file', 'a mesh key is given'],
    ['credentials', 'credentials are given'],
  ] as const) {
    const given = settings.find(option).at(-1);
    if (given === undefined) continue;
    const [why, without] = isUsualKey(given)
      ? [`there is ${given.origin}`, `, and ${describeGoingWithout(given)} here`]
      : [what, ''];
    throw new CliError(
      EXIT_REFUSED,
      `--docker: containers are announced in the open, and ${why}; announce what is to be secured by name, in a command of its own${without}`,
    );
  }
}
