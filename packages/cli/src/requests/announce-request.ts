import { findWellKnownPort, listWellKnownNames } from '@mdns-ambassador/ambassador/well-known-ports';
import type { AnnouncementOptions } from '@mdns-ambassador/announcer';
import { type CheckOptions, chooseCheck, chooseIntervalMs } from '@mdns-ambassador/checks';
import { announceAs, isWebType, nameOf, serviceOf } from '@mdns-ambassador/mdns';
import { omitUndefined } from '@mdns-ambassador/relay';
import type { CredentialRequest } from '../config/credential-request.ts';
import { CliError, InvalidValue } from '../exit/cli-error.ts';
import { EXIT_USAGE } from '../exit/exit-codes.ts';
import { RESPONDERS, type ResponderName } from '../options/announce-options.ts';
import { parseAlias } from '../parse/alias.ts';
import { parseCheck } from '../parse/check.ts';
import { parseChoice } from '../parse/choice.ts';
import { parseDuration } from '../parse/duration.ts';
import { nameInstance, parseInstanceName } from '../parse/instance-name.ts';
import { parseInteger } from '../parse/integer.ts';
import { parseLoginFile } from '../parse/login-file.ts';
import { findNearest } from '../parse/nearest.ts';
import {
  folderOf,
  formatRegistry,
  parseEtcd,
  parseZooKeeper,
  type RegistrySpec,
  withLoginFile,
} from '../parse/registry.ts';
import { parseAnnouncedService } from '../parse/service-argument.ts';
import { parseServiceType } from '../parse/service-type.ts';
import { parseSubtype } from '../parse/subtype.ts';
import { parseTxt } from '../parse/txt.ts';
import { readGiven, type Settings } from '../settings/settings.ts';
import { readAnnouncerInjection } from './injection-request.ts';
import { readOnDemand } from './on-demand-request.ts';
import { readProxyProtocol } from './proxy-protocol-request.ts';
import type { ServiceRequest } from './service-requests.ts';

const HIGHEST_SRV_VALUE = 65_535;
const HIGHEST_TTL = 2_147_483_647;
const MOST_CHECKS = 100;
/** Of a service's name. */
const SHORTEST_MISSPELT = 4;
export const SHORTEST_CHECK_INTERVAL_MS = 100;

/** Options that only our own responder can carry out. */
const NATIVE_OPTIONS: readonly string[] = ['priority', 'weight', 'ttl', 'alias'];

/** What the machine adds to what was written. */
export interface AnnouncingMachine {
  readonly hostName: string;
  readonly platform: NodeJS.Platform;
  /** The command behind `--`, and its words. */
  readonly trailing?: readonly string[] | undefined;
}

/** An announcement, and what is said to its service in the application's place. */
export interface PlannedAnnouncement extends AnnouncementOptions {
  readonly injected?: CredentialRequest;
}

/** The announcement that one request asks for. Throws a CliError that names the first wrong value. */
export function readAnnouncement(request: ServiceRequest, machine: AnnouncingMachine): PlannedAnnouncement {
  const { service: given, settings } = request;
  const { service, host, port } = readGiven(given, parseAnnouncedService);
  refuseNativeOptions(settings);
  const injected = readAnnouncerInjection(request, service, host);
  const announced = settings.read('type', parseServiceType) ?? announceAs(service);
  const asked = settings.read('check', parseCheck);
  const onDemand = readOnDemand(settings, machine.trailing, asked);
  // One that sleeps is looked at by nobody.
  const check: CheckOptions = onDemand ? { kind: 'none' } : (asked ?? chooseCheck(service, serviceOf(announced.type)));
  const proxyProtocol = readProxyProtocol(settings);
  const ttl = settings.read('ttl', (text) => parseInteger(text, 1, HIGHEST_TTL));
  return {
    service,
    instance: settings.read('name', parseInstanceName) ?? nameInstance(service, machine.hostName),
    ...announced,
    ...readAlias(settings, service, announced.type),
    subtypes: settings.readEach('subtype', parseSubtype),
    port: port ?? readGiven(given, () => requireWellKnownPort(service, machine.platform)),
    priority: settings.read('priority', parseSrvValue) ?? 0,
    weight: settings.read('weight', parseSrvValue) ?? 0,
    txt: settings.readTogether('txt', parseTxt),
    check,
    isCheckGuessed: asked === undefined,
    checkIntervalMs:
      settings.read('check-interval', (text) => parseDuration(text, SHORTEST_CHECK_INTERVAL_MS)) ??
      chooseIntervalMs(check),
    rise: settings.read('rise', parseCount) ?? 1,
    fall: settings.read('fall', parseCount) ?? 1,
    // Who says who clients are, or hears it, is between them and the service.
    relay: settings.isSet('relay') || Object.keys(proxyProtocol).length > 0 || onDemand !== undefined,
    ...proxyProtocol,
    ...omitUndefined({ host, ttl, onDemand, injected }),
  };
}

/** A page has one, by which every browser finds it; only our own mDNS stack answers for it. */
function readAlias(settings: Settings, service: string, type: string): Pick<AnnouncementOptions, 'alias'> {
  const alias = settings.read('alias', parseAlias);
  const [given] = settings.find('alias');
  if (settings.isSet('no-alias')) {
    if (given === undefined) return {};
    const [refusal] = settings.find('no-alias');
    throw new CliError(
      given.exitCode,
      `${given.origin} and ${refusal?.origin} exclude each other; leave one of them out`,
    );
  }
  const { isMdns } = readTargets(settings);
  if (alias !== undefined) {
    if (isMdns) return { alias };
    throw new CliError(
      given?.exitCode ?? EXIT_USAGE,
      `${given?.origin} is a name in mDNS; add --to mdns, or leave it out`,
    );
  }
  return isWebType(type) && isMdns && readResponder(settings) === 'native' ? { alias: service.toLowerCase() } : {};
}

/** Where a service is announced; at least one. */
export interface Targets {
  readonly isMdns: boolean;
  readonly registries: readonly RegistrySpec[];
}

/** Throws a CliError for what does not go together. */
export function readTargets(settings: Settings): Targets {
  const loginFile = settings.read('registry-login-file', parseLoginFile);
  const targets = settings.readEach('to', parseTarget);
  if (targets.length === 0) return { isMdns: true, registries: [] };
  const isMdns = targets.includes('mdns');
  const [responder] = settings.find('responder');
  if (!isMdns && responder !== undefined) {
    throw new CliError(responder.exitCode, `${responder.origin} speaks mDNS; add --to mdns, or leave it out`);
  }
  const registries = targets.filter((target) => target !== 'mdns').map((spec) => withLoginFile(spec, loginFile));
  return { isMdns, registries };
}

/** An announcement with where it is announced. */
export interface PlacedAnnouncement extends Pick<AnnouncementOptions, 'service' | 'type' | 'svc'> {
  readonly targets: Targets;
}

/** Refuses one folder for different services: who reads it would be sent to the wrong one. */
export function refuseSharedFolders(
  announcements: readonly PlacedAnnouncement[],
  requests: readonly ServiceRequest[],
): void {
  const owners = new Map<string, PlacedAnnouncement>();
  for (const [index, announcement] of announcements.entries()) {
    for (const spec of announcement.targets.registries) {
      const folder = folderOf(spec, nameOf(announcement));
      const place = `${formatRegistry(spec)}${folder}`;
      const owner = owners.get(place) ?? announcement;
      owners.set(place, owner);
      if (owner.type === announcement.type && nameOf(owner) === nameOf(announcement)) continue;
      const given = requests[index]?.settings.find('to').find(({ text }) => text !== 'mdns');
      throw new CliError(
        given?.exitCode ?? EXIT_USAGE,
        `${given?.origin ?? 'to'}: ${owner.service} and ${announcement.service} would stand in one folder, ${folder}; write {service} into its path, such as /services/{service}`,
      );
    }
  }
}

/** Who is to speak mDNS for one service. */
export function readResponder(settings: Settings): ResponderName {
  return settings.read('responder', (text) => parseChoice(text, RESPONDERS)) ?? 'native';
}

function refuseNativeOptions(settings: Settings): void {
  const responder = readResponder(settings);
  if (responder === 'native') return;
  const [given] = NATIVE_OPTIONS.flatMap((option) => settings.find(option));
  if (given === undefined) return;
  throw new CliError(
    given.exitCode,
    `${given.origin}: "${given.text}" can't be announced through ${responder}; leave it out, or leave --responder out`,
  );
}

/** Refuses options that fit one service only where several were named on the command line. */
export function refuseShared(options: readonly string[], requests: readonly ServiceRequest[]): void {
  if (requests.length < 2) return;
  for (const option of options) {
    const [given] = requests[0]?.settings.find(option) ?? [];
    if (given === undefined || requests.some(({ settings }) => settings.find(option)[0]?.origin !== given.origin))
      continue;
    throw new CliError(
      EXIT_USAGE,
      `${given.origin} fits one service, and ${requests.length} are named; run one command for each`,
    );
  }
}

/** The service's well-known port, or a sentence that tells how to name one. */
export function requireWellKnownPort(service: string, platform: NodeJS.Platform): number {
  const port = findWellKnownPort(service, platform);
  if (port !== undefined) return port;
  // Short names are near to many.
  const meant = service.length < SHORTEST_MISSPELT ? undefined : findNearest(service, listWellKnownNames());
  const question = meant === undefined ? '' : `did you mean ${meant}? Else `;
  throw new InvalidValue(`"${service}" has no well-known port; ${question}write it as in ${service}:8000`);
}

function parseTarget(text: string): 'mdns' | RegistrySpec {
  const [kind = '', ...rest] = text.split(':');
  switch (text === 'mdns' ? text : `${kind}:`) {
    case 'mdns':
      return 'mdns';
    case 'zookeeper:':
      return parseZooKeeper(rest.join(':'), text);
    case 'etcd:':
      return parseEtcd(rest.join(':'), text);
    default:
      throw new InvalidValue(`"${text}" is nowhere to announce; write mdns, zookeeper:HOSTS/PATH or etcd:URL/PREFIX`);
  }
}

function parseSrvValue(text: string): number {
  return parseInteger(text, 0, HIGHEST_SRV_VALUE);
}

function parseCount(text: string): number {
  return parseInteger(text, 1, MOST_CHECKS);
}
