import {
  type Cidr,
  createAgentSource,
  createDnsSource,
  createEtcdSource,
  createFileSource,
  createMdnsSource,
  createSrvSource,
  createStaticSource,
  createZooKeeperSource,
  type InstanceBrowser,
  openSystemFeed,
  type SkippedEntries,
  type Source,
  type SourceHealth,
  systemFiles,
  systemLookup,
} from '@mdns-ambassador/ambassador';
import { type Instance, systemClock } from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import { createPeerBrowser } from '@mdns-ambassador/peers';
import {
  createDnsClient,
  listSearchNames,
  longestTtlSeconds,
  readSystemDnsServers,
  readSystemSearchList,
  systemDnsTransport,
} from '@mdns-ambassador/registries';
import { type ListenPlace, omitUndefined } from '@mdns-ambassador/relay';
import type { Log } from '../output/log.ts';
import { describeRefusal } from '../output/refused-lines.ts';
import { folderOf } from '../parse/registry.ts';
import type { Origins } from '../requests/source-request.ts';
import type { LocalNetwork } from './local-network.ts';
import { createMembershipJudge } from './mesh.ts';
import type { Registries } from './registries.ts';

/**
 * Who answers one question is to hear everybody. Who has just told somebody else waits for a second before he says it again
 * (RFC 6762 6), and answers within 120 ms of that.
 */
export const MDNS_QUIET_MS = 1_200;

const HEALTH_WORDS: Readonly<Record<SourceHealth['kind'], string>> = {
  working: 'source works again',
  partial: 'source has too many endpoints',
  empty: 'source has no endpoint',
  failing: 'source fails: what it told before is kept',
};

/** Whether an mDNS stack is needed. */
export function usesMdns({ from }: Origins): boolean {
  return from.some(({ kind }) => kind === 'mdns' || kind === 'peer');
}

export interface SourceContext {
  readonly service: string;
  /** What is browsed where a whole type was asked for: `_http._tcp`; absent: the service by its name. */
  readonly type?: string | undefined;
  readonly allowed: readonly Cidr[];
  readonly local: LocalNetwork;
  readonly log: Log;
  readonly registries: Registries;
  /** Where the proxy listens; absent for who only looks. */
  readonly listen?: readonly ListenPlace[];
  /** Only its members are used. Absent: open mode. */
  readonly mesh?: Mesh | undefined;
  /** Where the proxy has met one of them. */
  readonly isProven?: ((address: string, port: number) => boolean) | undefined;
  /** Told of every instance that is heard of, before the source is. */
  readonly onInstance?: (instance: Instance) => void;
  /** Told how the sources fare that can fail; without it the log is. */
  readonly onHealth?: (health: SourceHealth) => void;
}

/** The sources of one service, in the order written. None is started. Throws a CliError when a registry's login can't be had. */
export function createSources(origins: Origins, context: SourceContext): readonly Source[] {
  const { service, type, allowed, local, log, registries, listen, isProven } = context;
  const { instance, where, dnsServers, dnsMaxTtlMs } = origins;
  const wanted = { ...omitUndefined({ instance }), where };
  const client = createDnsClient({
    servers: dnsServers.length > 0 ? () => dnsServers : readSystemDnsServers,
    transport: systemDnsTransport,
    clock: systemClock,
  });
  const shared = {
    service,
    clock: systemClock,
    random: Math.random,
    maxTtlMs: dnsMaxTtlMs,
    onHealth: context.onHealth ?? ((health: SourceHealth): void => logHealth(log, health)),
  };
  // What the system's resolver says comes from the same servers, without a TTL. Who browses alone loads none.
  const resolve = (): typeof shared & { readonly lookup: typeof systemLookup } => {
    const longestSeconds = Math.min(...readSystemDnsServers().map(longestTtlSeconds));
    return { ...shared, lookup: systemLookup, maxTtlMs: Math.min(dnsMaxTtlMs, longestSeconds * 1_000) };
  };
  return origins.from.map((spec) => {
    switch (spec.kind) {
      case 'mdns':
      case 'peer':
        return createMdnsSource({
          name: spec.kind,
          service,
          type,
          browser: watchBrowser(chooseBrowser(spec.kind, local), context.onInstance),
          interfaces: () => local.network.interfaces(),
          ownAddresses: () => local.network.ownAddresses(),
          allowed,
          clock: systemClock,
          ...wanted,
          ...omitUndefined({ listen, isProven }),
          ...(context.mesh === undefined ? {} : { membership: createMembershipJudge(context.mesh, service) }),
          onForeign: ({ reason, ...foreign }) => log.warn(foreign, `instance not used: ${reason}`),
          onRefused: (refused) => log.warn({ ...refused }, `instance not used: ${describeRefusal(refused)}`),
        });
      case 'static':
        return createStaticSource({ ...resolve(), places: spec.targets });
      case 'dns':
        return createDnsSource({
          ...shared,
          name: spec.name,
          port: spec.port,
          client,
          // Other servers know other names.
          ...(dnsServers.length > 0 ? {} : { listNames: () => listSearchNames(spec.name, readSystemSearchList()) }),
        });
      case 'srv':
        return createSrvSource({ ...shared, name: spec.name, client });
      case 'file':
        return createFileSource({ ...resolve(), path: spec.path, files: systemFiles });
      case 'zookeeper':
      case 'etcd': {
        const registered = {
          ...resolve(),
          ...wanted,
          registry: registries.open(spec),
          onSkipped: (skipped: SkippedEntries) =>
            log.warn({ ...skipped }, 'entries are not used: no place can be read from them'),
        };
        const folder = folderOf(spec, service);
        return spec.kind === 'etcd'
          ? createEtcdSource({ ...registered, servers: spec.servers, prefix: folder })
          : createZooKeeperSource({ ...registered, servers: spec.servers, path: folder });
      }
      case 'agent':
        return createAgentSource({
          ...shared,
          path: spec.path,
          open: openSystemFeed,
          isHearsay: context.mesh !== undefined,
          ...wanted,
        });
      default:
        return spec satisfies never;
    }
  });
}

/** Without peer links (a token has none) peers tell nothing. */
function chooseBrowser(kind: 'mdns' | 'peer', { node, peers }: LocalNetwork): InstanceBrowser {
  if (kind === 'mdns') return node;
  return peers === undefined
    ? { browse: () => ({ close: () => undefined }), verify: () => undefined }
    : createPeerBrowser(peers, systemClock);
}

function logHealth(log: Log, { kind, ...fields }: SourceHealth): void {
  log[kind === 'working' ? 'info' : 'warn'](fields, HEALTH_WORDS[kind]);
}

function watchBrowser(
  browser: InstanceBrowser,
  onInstance: ((instance: Instance) => void) | undefined,
): InstanceBrowser {
  if (onInstance === undefined) return browser;
  return {
    verify: (type, name) => browser.verify(type, name),
    browse: (options, onEvent) =>
      browser.browse(options, (event) => {
        onInstance(event.instance);
        onEvent(event);
      }),
  };
}
