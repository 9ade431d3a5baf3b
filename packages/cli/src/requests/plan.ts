import type { Cidr } from '@mdns-ambassador/ambassador';
import type { DockerAddress } from '@mdns-ambassador/announcer';
import { nameOf } from '@mdns-ambassador/mdns';
import type { ResponderName } from '../options/announce-options.ts';
import { type Layer, Settings } from '../settings/settings.ts';
import { type AgentRequest, readAgentRequest } from './agent-request.ts';
import {
  type AnnouncingMachine,
  type PlannedAnnouncement,
  readAnnouncement,
  readResponder,
  readTargets,
  type Targets,
} from './announce-request.ts';
import { readAllowedCidrs } from './cidrs.ts';
import { type DnsRequest, readDnsRequest } from './dns-request.ts';
import { readDockerAddress } from './docker-request.ts';
import { type MeshRequest, requireEntitled } from './mesh-request.ts';
import { type ProxyMachine, type ProxyRequest, readProxyRequest } from './proxy-request.ts';
import type { ServiceRequest } from './service-requests.ts';

const ALLOW_REMOTE_NAMES = 'dns: { allowRemote: true } to the file of --config';

/** An announcement, who announces it, and where. */
export interface PlacedService extends PlannedAnnouncement {
  readonly targets: Targets;
  readonly responder: ResponderName;
}

export interface PlannedProxy extends ProxyRequest {
  readonly allowed: readonly Cidr[];
}

/** Containers that are announced as their labels ask for. */
export interface PlannedContainers {
  readonly service: 'docker';
  readonly address: DockerAddress;
  readonly responder: ResponderName;
}

/** A socket on which containers are told what is on the network. */
export interface PlannedFeed extends AgentRequest {
  readonly service: 'agent';
  readonly allowed: readonly Cidr[];
}

/** What is known here, as names of unicast DNS. */
export interface PlannedNames extends DnsRequest {
  readonly service: 'dns';
  readonly allowed: readonly Cidr[];
}

/** What one process is to do, part by part. Two that are equal ask for the same. */
export interface Plan {
  readonly announce: readonly PlacedService[];
  readonly proxy: readonly PlannedProxy[];
  /** One at most. */
  readonly docker: readonly PlannedContainers[];
  /** One at most. */
  readonly agent: readonly PlannedFeed[];
  /** One at most. */
  readonly dns: readonly PlannedNames[];
}

export const EMPTY_PLAN: Plan = { announce: [], proxy: [], docker: [], agent: [], dns: [] };

/** Whether our own mDNS stack has work. */
export function needsMdns({ announce, proxy, docker, agent, dns }: Plan): boolean {
  return (
    announce.some(({ targets, responder }) => targets.isMdns && responder === 'native') ||
    proxy.some(({ origins }) => origins.from.some(({ kind }) => kind === 'mdns' || kind === 'peer')) ||
    docker.some(({ responder }) => responder === 'native') ||
    agent.length > 0 ||
    dns.length > 0
  );
}

/** Throws a CliError that names the first wrong value. */
export function readPlacedService(request: ServiceRequest, machine: AnnouncingMachine): PlacedService {
  const { settings } = request;
  return {
    ...readAnnouncement(request, machine),
    targets: readTargets(settings),
    responder: readResponder(settings),
  };
}

/** Throws a CliError that names the first wrong value. */
export function readPlannedProxy(
  request: ServiceRequest,
  platform: NodeJS.Platform,
  machine: Omit<ProxyMachine, 'platform'> = {},
): PlannedProxy {
  return { ...readProxyRequest(request, { ...machine, platform }), allowed: readAllowedCidrs(request.settings) };
}

/** What `--docker` asks for; empty without it. */
export function readContainers(
  settings: Settings,
  env: NodeJS.ProcessEnv,
  platform: NodeJS.Platform,
): readonly PlannedContainers[] {
  const address = readDockerAddress(settings, env, platform);
  return address === undefined ? [] : [{ service: 'docker', address, responder: readResponder(settings) }];
}

export function readFeed(settings: Settings): PlannedFeed {
  return { service: 'agent', ...readAgentRequest(settings), allowed: readAllowedCidrs(settings) };
}

/** `flag`: what lets other machines ask. Throws a CliError that names the first wrong value. */
export function readNames(settings: Settings, flag?: string): PlannedNames {
  return { service: 'dns', ...readDnsRequest(settings, flag), allowed: readAllowedCidrs(settings) };
}

/** What `--dns` of a proxy asks for; empty without it. `--listen` and `--allow-remote` are the proxy's own: what clients of a service may do, those who ask for names may not yet. */
export function readProxyNames(settings: Settings, file: Layer | undefined): readonly PlannedNames[] {
  if (!settings.isSet('dns')) return [];
  const flags: Layer = { find: (option) => (option === 'listen' ? settings.find('dns-listen') : []) };
  return [readNames(new Settings(file === undefined ? [flags] : [flags, file]), ALLOW_REMOTE_NAMES)];
}

/** Throws a CliError where the keys are a token for something else. */
export function requireEntitledTo(mesh: MeshRequest | undefined, { announce, proxy }: Plan): void {
  requireEntitled(mesh, 'announce', announce.map(nameOf));
  requireEntitled(
    mesh,
    'proxy',
    proxy.map(({ service }) => service),
  );
}
