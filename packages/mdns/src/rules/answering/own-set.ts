import { type Name, nameKey } from '../../wire/name.ts';
import { type RecordData, type ResourceRecord, recordKey, setKey, TYPE_CODES, typeCode } from '../../wire/record.ts';

/** RFC 6762 10: records that hold a host name, and what says that there are no others. */
export const HOST_TTL_SECONDS = 120;

/**
 * Records of our own that are sent, suppressed and timed as one: all records of a unique set, since the cache-flush bit says that the
 * set is complete (RFC 6762 10.2), or one record of a shared set.
 */
export interface OwnSet {
  /** Name and type of a unique set; name, type and data of a shared record. */
  readonly key: string;
  readonly nameKey: string;
  readonly type: number;
  readonly ttl: number;
  readonly isUnique: boolean;
  readonly records: readonly ResourceRecord[];
  /** Identity of each record: {@link recordKey}. */
  readonly recordKeys: readonly string[];
}

/** The complete set of one type under a name that is ours alone. `data` has one entry at least, all of one type. */
export function uniqueSet(name: Name, ttl: number, data: readonly [RecordData, ...RecordData[]]): OwnSet {
  const type = typeCode(data[0]);
  const records = data.map((each): ResourceRecord => ({ name, ttl, flush: true, data: each }));
  return {
    key: uniqueKey(name, type),
    nameKey: nameKey(name),
    type,
    ttl,
    isUnique: true,
    records,
    recordKeys: records.map(recordKey),
  };
}

/** A pointer under a name that others use too. */
export function sharedSet(name: Name, ttl: number, target: Name): OwnSet {
  const record: ResourceRecord = { name, ttl, flush: false, data: { type: 'PTR', target } };
  const key = recordKey(record);
  return {
    key,
    nameKey: nameKey(name),
    type: TYPE_CODES.PTR,
    ttl,
    isUnique: false,
    records: [record],
    recordKeys: [key],
  };
}

/** The key of a unique set. */
export function uniqueKey(name: Name, type: number): string {
  return setKey(nameKey(name), type);
}

/** RFC 6762 6.1: the types that exist under a name of ours, those of these sets; NSEC itself is not listed. */
export function denialSet(name: Name, sets: readonly OwnSet[]): OwnSet {
  const types = sets.map(({ type }) => type).sort((a, b) => a - b);
  return uniqueSet(name, HOST_TTL_SECONDS, [{ type: 'NSEC', next: name, types }]);
}

/** Whether both say the same; the TTL counts. */
export function isSameSet(a: OwnSet, b: OwnSet): boolean {
  return (
    a.key === b.key &&
    a.ttl === b.ttl &&
    a.recordKeys.length === b.recordKeys.length &&
    a.recordKeys.every((key) => b.recordKeys.includes(key))
  );
}
