import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../config/read-config.ts';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_CONFIG } from '../exit/exit-codes.ts';
import { LOG_FORMATS, LOG_LEVELS } from '../options/common-options.ts';
import { parseChoice } from '../parse/choice.ts';
import type { Settings } from '../settings/settings.ts';
import { readAdminPlaces } from './admin-request.ts';
import { type AnnouncingMachine, refuseSharedFolders } from './announce-request.ts';
import { refuseBesideDocker } from './docker-request.ts';
import { type Plan, readContainers, readFeed, readNames, readPlacedService, readPlannedProxy } from './plan.ts';
import { refuseSharedPlaces, refuseTwice } from './refuse-twice.ts';
import { addSharedOptions, listSectionRequests } from './service-requests.ts';

/** What a configuration file asks for. */
export interface FilePlan extends Plan {
  /** By key of the file: what is read at the start alone. */
  readonly fixed: Readonly<Record<string, readonly string[]>>;
}

export interface FileMachine extends AnnouncingMachine {
  readonly env: NodeJS.ProcessEnv;
}

/** Options that take effect at the next start. */
const FIXED_OPTIONS = {
  admin: 'admin',
  'mesh-key-file': 'mesh.keyFile',
  open: 'open',
  interface: 'interface',
  peer: 'peer',
  'peer-port': 'peerPort',
  'log-level': 'logLevel',
  'log-format': 'logFormat',
  'log-connections': 'logConnections',
};

/** `settings`: of the command line and the environment. Throws a CliError with the line of what is wrong. */
export function readFilePlan(file: string, config: Config, settings: Settings, machine: FileMachine): FilePlan {
  const shared = addSharedOptions(settings, config);
  shared.read('log-level', (text) => parseChoice(text, LOG_LEVELS));
  shared.read('log-format', (text) => parseChoice(text, LOG_FORMATS));
  readAdminPlaces(shared);
  const docker = readContainers(shared, machine.env, machine.platform);
  if (docker.length > 0) refuseBesideDocker(shared, undefined);
  const agent = config.agent === undefined ? [] : [readFeed(shared.withFallback(config.agent))];
  const dns = config.dns === undefined ? [] : [readNames(shared.withFallback(config.dns))];
  const announceRequests = listSectionRequests(shared, config.announce);
  const proxyRequests = listSectionRequests(shared, config.proxy);
  if (announceRequests.length + proxyRequests.length + docker.length + agent.length + dns.length === 0) {
    throw new CliError(EXIT_CONFIG, `${file}:1: nothing to do; write services under announce: or proxy:`);
  }
  const announce = announceRequests.map((request) => readPlacedService(request, machine));
  const proxy = proxyRequests.map((request) =>
    readPlannedProxy(request, machine.platform, { ownAddress: dns.length > 0 }),
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
  // Whether bridges of containers are heard is decided when the network is opened.
  fixed.push(['agent', agent.length === 0 ? [] : ['{}']]);
  return { announce, proxy, docker, agent, dns, fixed: Object.fromEntries(fixed) };
}

/** The keys that differ and are read at the start alone. */
export function listChangedKeys(before: FilePlan, after: FilePlan): readonly string[] {
  return Object.keys(after.fixed).filter((key) => !isDeepStrictEqual(before.fixed[key], after.fixed[key]));
}
