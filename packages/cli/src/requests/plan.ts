import { isDeepStrictEqual } from 'node:util';
import type { Cidr } from '@mdns-ambassador/ambassador';
import type { Config } from '../config/read-config.ts';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG } from '../exit/exit-codes.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../options/common-options.ts';
import { parseChoice } from '../parse/choice.ts';
import type { Settings } from '../settings/settings.ts';
import { readAdminPlaces } from './admin-request.ts';
import { readAllowedCidrs } from './allowed-cidrs.ts';
import {
  type Machine,
  type PlannedAnnouncement,
  readAnnouncement,
  readResponder,
  readTargets,
  refuseSharedFolders,
  type Targets,
} from './announce-request.ts';
import { type ProxyRequest, readProxyRequest } from './proxy-request.ts';
import { refuseSharedPlaces, refuseTwice } from './refuse-twice.ts';
import { addSharedOptions, listSectionRequests } from './service-requests.ts';

export interface PlannedProxy extends ProxyRequest {
  readonly allowed: readonly Cidr[];
}

export interface PlacedService extends PlannedAnnouncement {
  readonly targets: Targets;
}

/** What a configuration file asks for. Two that are equal ask for the same. */
export interface Plan {
  readonly announce: readonly PlacedService[];
  readonly proxy: readonly PlannedProxy[];
  /** By key of the file: what is read at the start alone. */
  readonly fixed: Readonly<Record<string, readonly string[]>>;
}

/** Options that take effect at the next start. */
const FIXED_OPTIONS = {
  admin: 'admin',
  'mesh-key-file': 'mesh.keyFile',
  interface: 'interface',
  'log-level': 'logLevel',
  'log-format': 'logFormat',
  'log-connections': 'logConnections',
};

/** `settings`: of the command line and the environment. Throws a CliError with the line of what is wrong. */
export function readPlan(file: string, config: Config, settings: Settings, machine: Machine): Plan {
  const shared = addSharedOptions(settings, config);
  shared.read('log-level', (text) => parseChoice(text, LOG_LEVELS));
  shared.read('log-format', (text) => parseChoice(text, LOG_FORMATS));
  readAdminPlaces(shared);
  const announceRequests = listSectionRequests(shared, config.announce);
  const proxyRequests = listSectionRequests(shared, config.proxy);
  if (announceRequests.length + proxyRequests.length === 0) {
    throw new CliError(EXIT_CONFIG, `${file}:1: nothing to do; write services under announce: or proxy:`);
  }
  for (const { settings: own } of announceRequests) refuseForeignResponder(own);
  const announce = announceRequests.map(
    (request): PlacedService => ({
      ...readAnnouncement(request, machine),
      targets: readTargets(request.settings),
    }),
  );
  const proxy = proxyRequests.map(
    (request): PlannedProxy => ({
      ...readProxyRequest(request, { platform: machine.platform, passedFds: [] }),
      allowed: readAllowedCidrs(request.settings),
    }),
  );
  refuseSharedFolders(announce, announceRequests);
  refuseTwice(
    announce.map(({ instance, type }) => [`the name "${instance}" of ${type}`]),
    announceRequests,
    'name',
  );
  refuseSharedPlaces(proxy, proxyRequests);
  const fixed = Object.entries(FIXED_OPTIONS).map(([option, key]) => [
    key,
    shared.find(option).map(({ text }) => text),
  ]);
  return { announce, proxy, fixed: Object.fromEntries(fixed) };
}

/** One process has one responder, and the proxies of `up` need ours. */
function refuseForeignResponder(settings: Settings): void {
  if (readResponder(settings) === 'native') return;
  const [given] = settings.find('responder');
  throw new CliError(
    given?.exitCode ?? EXIT_CONFIG,
    `${given?.origin ?? 'responder'}: up speaks mDNS itself; leave "${given?.text ?? ''}" out, or use ambassador announce`,
  );
}

/** The keys that differ and are read at the start alone. */
export function listChangedKeys(before: Plan, after: Plan): readonly string[] {
  return Object.keys(after.fixed).filter((key) => !isDeepStrictEqual(before.fixed[key], after.fixed[key]));
}
