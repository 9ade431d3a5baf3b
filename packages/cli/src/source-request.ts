import { DEFAULT_MAX_TTL_MS } from '@mdns-ambassador/ambassador';
import { type DnsServer, MAX_DNS_SERVERS } from '@mdns-ambassador/registries';
import { InvalidValue } from './cli-error.ts';
import { parseChoice } from './parse/choice.ts';
import { parseDnsServer } from './parse/dns-server.ts';
import { parseDuration } from './parse/duration.ts';
import { parseSource, type SourceSpec } from './parse/source.ts';
import { parseWhere, type TxtFilter } from './parse/where.ts';
import type { Option } from './settings/option.ts';
import type { Settings } from './settings/settings.ts';

const SHORTEST_TTL_MS = 1_000;
const MERGE_MODES = ['union', 'fallback'] as const;

/** What `proxy` and `resolve` share. */
export const SOURCE_OPTIONS: readonly Option[] = [
  {
    name: 'from',
    kind: 'list',
    summary:
      'Where endpoints come from: mdns, static:HOST:PORT[,HOST:PORT], dns:NAME:PORT, srv:NAME, file:PATH, zookeeper:HOSTS/PATH, etcd:URL/PREFIX or agent:PATH; repeatable',
    byDefault: 'mdns',
    beginnings: ['mdns', 'static:', 'dns:', 'srv:', 'file:', 'zookeeper:', 'etcd:', 'agent:'],
  },
  {
    name: 'dns-server',
    kind: 'list',
    summary: 'HOST:PORT asked for dns: and srv:; repeatable, the first that answers counts',
    byDefault: "the system's",
  },
  {
    name: 'dns-max-ttl',
    kind: 'text',
    summary: 'How long addresses of names are believed at most, whatever DNS says',
    byDefault: "30s; 5s of Docker's own DNS",
  },
  {
    name: 'merge',
    kind: 'text',
    summary: 'All sources together, or the first that has endpoints',
    byDefault: 'union',
    choices: MERGE_MODES,
  },
  { name: 'where', kind: 'list', summary: 'KEY=VALUE that the TXT record must have; repeatable, all must match' },
  { name: 'instance', kind: 'text', summary: 'Only instances whose name matches, * and ? stand for anything' },
  { name: 'allow-cidr', kind: 'list', summary: 'ADDRESS/BITS accepted beyond this network; repeatable' },
];

/** Where the endpoints of a service come from, and which of them count. */
export interface Origins {
  /** In the order written; at least one. */
  readonly from: readonly SourceSpec[];
  /** Empty: the system's. */
  readonly dnsServers: readonly DnsServer[];
  readonly dnsMaxTtlMs: number;
  readonly merge: 'union' | 'fallback';
  readonly where: readonly TxtFilter[];
  /** A glob. */
  readonly instance?: string;
}

export function readOrigins(settings: Settings): Origins {
  const from = settings.readEach('from', parseSource);
  const instance = settings.read('instance', (text) => text);
  return {
    from: from.length > 0 ? from : [{ kind: 'mdns' }],
    dnsServers: readDnsServers(settings),
    dnsMaxTtlMs: settings.read('dns-max-ttl', (text) => parseDuration(text, SHORTEST_TTL_MS)) ?? DEFAULT_MAX_TTL_MS,
    merge: settings.read('merge', (text) => parseChoice(text, MERGE_MODES)) ?? 'union',
    where: settings.readEach('where', parseWhere),
    ...(instance === undefined ? {} : { instance }),
  };
}

function readDnsServers(settings: Settings): readonly DnsServer[] {
  const servers = settings.readEach('dns-server', parseDnsServer);
  return settings.readTogether('dns-server', () => {
    if (servers.length <= MAX_DNS_SERVERS) return servers;
    throw new InvalidValue(`${servers.length} servers are named; name ${MAX_DNS_SERVERS} at most`);
  });
}
