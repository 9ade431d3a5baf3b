import { type RecordData, TYPE_CODES } from '../../wire/record.ts';
import type { ViewAddress } from './instance-view.ts';
import { isTakenBack } from './lifetime.ts';
import type { RecordCache } from './record-cache.ts';
import type { CachedRecord } from './record-store.ts';

export type SrvData = Extract<RecordData, { type: 'SRV' }>;
export type TxtData = Extract<RecordData, { type: 'TXT' }>;

/** Where the instance with this key is. Undefined also when its SRV record says that there is no service: no target (RFC 2782), port 0 (RFC 6763 8). */
export function findSrv(cache: RecordCache, instance: string, now: number): SrvData | undefined {
  const data = findCurrent(cache, instance, TYPE_CODES.SRV, now)?.record.data;
  return data?.type === 'SRV' && data.target.length > 0 && data.port !== 0 ? data : undefined;
}

export function findTxt(cache: RecordCache, instance: string, now: number): TxtData | undefined {
  const data = findCurrent(cache, instance, TYPE_CODES.TXT, now)?.record.data;
  return data?.type === 'TXT' ? data : undefined;
}

/**
 * Whether the instance took back what is current of it (RFC 6762 10.1): its SRV or TXT record. Its host's addresses say nothing of it yet:
 * of two processes that share a host name one may leave, and the other says within a second that they stand.
 */
export function isTakenBackAt(cache: RecordCache, { instance }: Placed, now: number): boolean {
  const { SRV, TXT } = TYPE_CODES;
  const current = [SRV, TXT].map((type) => findCurrent(cache, instance, type, now));
  return current.some((entry) => entry !== undefined && isTakenBack(entry.lifetime));
}

/** An instance and its host, by their names' keys, and all instances that are said to be there. */
export interface Placed {
  readonly instance: string;
  readonly host: string;
  readonly sharing: Iterable<{ readonly nameKey: string }>;
}

export function findAddresses(cache: RecordCache, placed: Placed, now: number): readonly ViewAddress[] {
  return listCurrentAddresses(cache, placed, now).flatMap(({ record: { data }, isFromThisHost }) =>
    data.type === 'A' || data.type === 'AAAA' ? [{ address: data.address, isFromThisHost }] : [],
  );
}

/** Who says that this instance is at this host: the sender of its SRV record, or of an address that came later. */
export function findAnnouncer(cache: RecordCache, placed: Placed, now: number): string | undefined {
  const srv = findCurrent(cache, placed.instance, TYPE_CODES.SRV, now);
  return listCurrentAddresses(cache, placed, now).reduce(
    (latest, entry) => (latest === undefined || entry.arrival > latest.arrival ? entry : latest),
    srv,
  )?.source;
}

/** Withdrawn addresses count only as long as there is no other. */
function listCurrentAddresses(cache: RecordCache, placed: Placed, now: number): readonly CachedRecord[] {
  const entries = listOwnAddresses(cache, placed, now);
  const staying = entries.filter((entry) => entry.lifetime.kind !== 'leaving');
  return staying.length > 0 ? staying : entries;
}

/**
 * A host name has one owner (RFC 6762 8.1), but some responders look for no other: of two machines called `pi` each means itself. An
 * address is another machine's where nobody told it who told of the instance, but who tells of another one there.
 */
function listOwnAddresses(
  cache: RecordCache,
  { instance, host, sharing }: Placed,
  now: number,
): readonly CachedRecord[] {
  const addresses = listAddresses(cache, host, now);
  const srv = findCurrent(cache, instance, TYPE_CODES.SRV, now);
  const isOwn = (entry: CachedRecord): boolean => srv !== undefined && sharesTeller(entry, srv);
  // Mostly all are, and nothing more is looked for.
  if (srv === undefined || addresses.every(isOwn) || !addresses.some(isOwn)) return addresses;
  const rivals = [...sharing].flatMap(({ nameKey: other }) => {
    const found = other === instance ? undefined : findCurrent(cache, other, TYPE_CODES.SRV, now);
    return found === undefined || sharesTeller(found, srv) ? [] : [found];
  });
  return addresses.filter((entry) => isOwn(entry) || !rivals.some((rival) => sharesTeller(entry, rival)));
}

/** Until when an instance and its host, by their names' keys, are known without being heard again: where it is, and one address at least. Undefined where they are not. */
export function findExpiry(cache: RecordCache, instance: string, host: string, now: number): number | undefined {
  const srv = findCurrent(cache, instance, TYPE_CODES.SRV, now);
  const addresses = listAddresses(cache, host, now);
  if (srv === undefined || addresses.length === 0) return undefined;
  return Math.min(srv.expiresAt, Math.max(...addresses.map(({ expiresAt }) => expiresAt)));
}

function sharesTeller(a: CachedRecord, b: CachedRecord): boolean {
  return a.tellers.some((teller) => b.tellers.includes(teller));
}

function listAddresses(cache: RecordCache, host: string, now: number): readonly CachedRecord[] {
  return [...cache.lookupUnder(host, TYPE_CODES.A, now), ...cache.lookupUnder(host, TYPE_CODES.AAAA, now)];
}

function findCurrent(cache: RecordCache, owner: string, type: number, now: number): CachedRecord | undefined {
  return chooseCurrent(cache.lookupUnder(owner, type, now));
}

/** Of a unique set that holds more than one for the moment: what was not withdrawn, and of that the latest. */
function chooseCurrent(entries: readonly CachedRecord[]): CachedRecord | undefined {
  let chosen: CachedRecord | undefined;
  for (const entry of entries) {
    if (chosen === undefined || isMoreCurrent(entry, chosen)) chosen = entry;
  }
  return chosen;
}

function isMoreCurrent(a: CachedRecord, b: CachedRecord): boolean {
  const [aLeaves, bLeaves] = [a.lifetime.kind === 'leaving', b.lifetime.kind === 'leaving'];
  if (aLeaves !== bLeaves) return bLeaves;
  return a.arrival > b.arrival;
}
