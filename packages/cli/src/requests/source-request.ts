import { DEFAULT_MAX_TTL_MS, type Preference } from '@mdns-ambassador/ambassador';
import { type DnsServer, MAX_DNS_SERVERS } from '@mdns-ambassador/registries';
import { omitUndefined } from '@mdns-ambassador/relay';
import { InvalidValue } from '../exit/cli-error.ts';
import { MERGE_MODES, PREFERENCES } from '../options/source-options.ts';
import { parseChoice } from '../parse/choice.ts';
import { parseDnsServer } from '../parse/dns-server.ts';
import { parseDuration } from '../parse/duration.ts';
import { parseLoginFile } from '../parse/login-file.ts';
import { withLoginFile } from '../parse/registry.ts';
import { parseSource, type SourceSpec } from '../parse/source.ts';
import { parseWhere, type TxtFilter } from '../parse/where.ts';
import type { Settings } from '../settings/settings.ts';

const SHORTEST_TTL_MS = 1_000;
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
  const loginFile = settings.read('registry-login-file', parseLoginFile);
  const from = settings.readEach('from', parseSource).map((spec) => withLoginFile(spec, loginFile));
  return {
    from: from.length > 0 ? from : [{ kind: 'mdns' }],
    dnsServers: readDnsServers(settings),
    dnsMaxTtlMs: settings.read('dns-max-ttl', (text) => parseDuration(text, SHORTEST_TTL_MS)) ?? DEFAULT_MAX_TTL_MS,
    merge: settings.read('merge', (text) => parseChoice(text, MERGE_MODES)) ?? 'union',
    where: settings.readEach('where', parseWhere),
    ...omitUndefined({ instance: settings.read('instance', (text) => text) }),
  };
}

/** `--prefer` */
export function readPreference(settings: Settings): Preference {
  return settings.read('prefer', (text) => parseChoice(text, PREFERENCES)) ?? 'none';
}

function readDnsServers(settings: Settings): readonly DnsServer[] {
  const servers = settings.readEach('dns-server', parseDnsServer);
  return settings.readTogether('dns-server', () => {
    if (servers.length <= MAX_DNS_SERVERS) return servers;
    throw new InvalidValue(`${servers.length} servers are named; name ${MAX_DNS_SERVERS} at most`);
  });
}
