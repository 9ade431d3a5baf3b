import { isIP } from 'node:net';
import type { DnsAnswer } from './answer.ts';
import type { DnsClient } from './client.ts';
import { isDomainName } from './domain-name.ts';
import {
  type Absent,
  type AddressAnswer,
  askInTime,
  describeAbsence,
  describeFailure,
  type Failed,
  joinFamilies,
  lookUpAddresses,
} from './lookup.ts';
import type { AddressRecord, SrvRecord } from './record.ts';

/** One SRV record with what became of its target. */
export interface ServiceTarget {
  /** Lower case, without the closing dot. */
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  readonly addresses: AddressAnswer;
}

export type ServiceAnswer =
  | {
      readonly kind: 'found';
      /** One for each host and port; at least one. */
      readonly targets: readonly ServiceTarget[];
      /** The shortest of the SRV records' and of their addresses'. */
      readonly ttlSeconds: number;
      /** Records beyond those that are used. */
      readonly leftOut: number;
    }
  | Absent
  | Failed;

/** Targets whose addresses are asked for at a time. */
const LOOKUPS_AT_ONCE = 8;

/** Asks for a service's SRV records, and for the addresses that did not come with them. Never rejects. */
export async function lookUpService(client: DnsClient, name: string, signal: AbortSignal): Promise<ServiceAnswer> {
  const answer = await client.query({ name, type: 'SRV' }, signal);
  const failure = describeFailure(answer);
  if (failure !== undefined) return { kind: 'failed', reason: failure };
  if (answer.kind !== 'found') return describeAbsence(answer);
  const records = answer.records.filter((record) => record.type === 'SRV');
  // RFC 2782: "decidedly not available", if it stands alone; beside others it is nobody's address.
  const offered = records.filter(({ target }) => target !== '');
  if (offered.length === 0) return { kind: 'absent', how: 'not-offered', ttlSeconds: answer.ttlSeconds };
  const usable = dropRepeated(offered.filter(({ target, port }) => port > 0 && isDomainName(target)));
  if (usable.length === 0) return { kind: 'absent', how: 'no-data', ttlSeconds: answer.ttlSeconds };
  const hosts = [...new Set(usable.map(({ target }) => target))];
  const addresses = await lookUpHosts(client, hosts, answer.additionals, signal);
  const targets = usable.map(({ target, port, priority, weight }): ServiceTarget => {
    const unknown: AddressAnswer = { kind: 'failed', reason: 'it was not looked up' };
    return { host: target, port, priority, weight, addresses: addresses.get(target) ?? unknown };
  });
  const ttls = [...addresses.values()].map((found) => (found.kind === 'found' ? found.ttlSeconds : Infinity));
  return { kind: 'found', targets, ttlSeconds: Math.min(answer.ttlSeconds, ...ttls), leftOut: answer.leftOut };
}

async function lookUpHosts(
  client: DnsClient,
  hosts: readonly string[],
  additionals: readonly AddressRecord[],
  signal: AbortSignal,
): Promise<ReadonlyMap<string, AddressAnswer>> {
  const found = new Map<string, AddressAnswer>();
  const rest = [...hosts];
  const lookUpNext = async (): Promise<void> => {
    for (let host = rest.shift(); host !== undefined; host = rest.shift()) {
      const known = additionals.filter((record) => record.name === host);
      found.set(host, await lookUpHost(client, host, known, signal));
    }
  };
  await Promise.all(Array.from({ length: LOOKUPS_AT_ONCE }, lookUpNext));
  return found;
}

/** A server adds what it happens to have (RFC 2782): a family that is missing there may exist, and is asked for. */
async function lookUpHost(
  client: DnsClient,
  host: string,
  additionals: readonly AddressRecord[],
  signal: AbortSignal,
): Promise<AddressAnswer> {
  if (isIP(host) !== 0) {
    // RFC 2782 wants a name; an address that stands in its place can mean one thing only.
    return { kind: 'found', addresses: [host], ttlSeconds: Infinity, unknownFamily: undefined, leftOut: 0 };
  }
  if (additionals.length === 0) return await lookUpAddresses(client, host, signal);
  const learn = async (type: 'A' | 'AAAA'): Promise<DnsAnswer> => {
    const records = additionals.filter((record) => record.type === type);
    if (records.length === 0) return await askInTime(client, { name: host, type }, signal);
    const ttlSeconds = Math.min(...records.map((record) => record.ttlSeconds));
    return { kind: 'found', records, additionals: [], ttlSeconds, leftOut: 0 };
  };
  return joinFamilies(await Promise.all([learn('A'), learn('AAAA')]));
}

/** Of records for one host and port the one that RFC 2782 tries first stands for all. */
function dropRepeated(records: readonly SrvRecord[]): readonly SrvRecord[] {
  const first = new Map<string, SrvRecord>();
  for (const record of records) {
    const place = `${record.target}:${record.port}`;
    const known = first.get(place);
    if (known === undefined || record.priority < known.priority) first.set(place, record);
  }
  return [...first.values()];
}
