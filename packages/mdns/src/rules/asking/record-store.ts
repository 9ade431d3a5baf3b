import { type ResourceRecord, typeCode } from '../../wire/record.ts';
import type { Waiting } from './deadline-heap.ts';
import type { Lifetime } from './lifetime.ts';
import { RecordSet } from './record-set.ts';
import { SourceShares } from './source-shares.ts';

/** A record as it is kept. */
export interface CachedRecord {
  readonly record: ResourceRecord;
  readonly nameKey: string;
  /** Key of a PTR record's target. */
  readonly targetKey: string | undefined;
  /** A packet that carried it came from this host itself. */
  readonly isFromThisHost: boolean;
  /** The address of who sent it first. Nobody can take another's record into his own share. */
  readonly source: string;
  /** The addresses of who said it, first to last; some of them where they are many. */
  readonly tellers: readonly string[];
  /** Grows with each that comes, or comes back after it was withdrawn: of two in a unique set the later one counts. */
  readonly arrival: number;
  readonly lifetime: Lifetime;
  /** When it counts no more unless it is heard again. */
  readonly expiresAt: number;
  /** Nobody has said it to all: it came to this host alone. */
  readonly isDirect: boolean;
}

/** The same with what only the cache itself sees. */
export interface StoredRecord extends CachedRecord, Waiting {
  readonly type: number;
  record: ResourceRecord;
  isFromThisHost: boolean;
  tellers: readonly string[];
  isDirect: boolean;
  arrival: number;
  /** When, and over which address family, it came or came back. */
  arrivedAt: number;
  arrivedBy: 'IPv4' | 'IPv6';
  lifetime: Lifetime;
  receivedAt: number;
  ttlMs: number;
  expiresAt: number;
  askAt: number;
  /** Questions of others since it was heard, and when the last of them came. */
  unanswered: number;
  questionAt: number;
  /** When it counts as unanswered; Infinity as long as it doesn't. */
  unansweredAt: number;
  /** Until when its goodbyes are doubted. */
  contestedUntil: number;
}

/** How much is kept, against hosts that send without end. */
export interface CacheLimits {
  readonly records: number;
  /** Of one source address. */
  readonly recordsPerSource: number;
  /** PTR records of one name and source address: what a proxy tries before it finds who answers. */
  readonly instancesPerSource: number;
  /** PTR records of one name, whoever sent them. */
  readonly instancesPerService: number;
  /** Records of one name and another type. */
  readonly recordsPerSet: number;
  /** TXT records over 1,300 bytes, so that the cache has a bound in bytes as well. */
  readonly largeRecords: number;
}

/**
 * 2,048 instances with SRV, TXT and address records of their own fit the total. One source may be a host with hundreds of services or a
 * reflector with a whole network behind it: 512 instances with all of their records; five such sources fill a cache.
 */
export const DEFAULT_LIMITS: CacheLimits = {
  records: 10_000,
  recordsPerSource: 2_048,
  instancesPerSource: 512,
  instancesPerService: 2_048,
  recordsPerSet: 32,
  largeRecords: 256,
};

/** Whether a new record may come. */
export type RecordAdmission =
  | { readonly kind: 'admitted' }
  /** When this one goes; then to be asked again. */
  | { readonly kind: 'instead-of'; readonly surplus: StoredRecord }
  | { readonly kind: 'refused' };

/** RFC 6763 6.2: larger TXT records are not recommended. */
const RECOMMENDED_TXT_BYTES = 1300;
/** What was heard within this time does not make room for more of as noisy a source: who sends without end changes little. */
const SETTLED_MS = 60_000;
const ADMITTED: RecordAdmission = { kind: 'admitted' };
const REFUSED: RecordAdmission = { kind: 'refused' };

const EMPTY_SET: RecordSet<StoredRecord> = new RecordSet();

/** The records by name and type, and by source, within limits. */
export class RecordStore {
  readonly #limits: CacheLimits;
  /** By the owner's name, then by type. */
  readonly #sets: Map<string, Map<number, RecordSet<StoredRecord>>> = new Map();
  readonly #shares: SourceShares<StoredRecord> = new SourceShares();
  /** Of large records alone. */
  readonly #largeShares: SourceShares<StoredRecord> = new SourceShares();
  #size = 0;
  #largeSize = 0;

  constructor(limits: CacheLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#size;
  }

  /** The records of one name and type. */
  recordSet(nameKey: string, type: number): RecordSet<StoredRecord> {
    return this.#sets.get(nameKey)?.get(type) ?? EMPTY_SET;
  }

  /** The records of one name. */
  ofName(nameKey: string): readonly StoredRecord[] {
    return [...(this.#sets.get(nameKey)?.values() ?? [])].flatMap((set) => [...set]);
  }

  all(): readonly StoredRecord[] {
    return [...this.#sets.keys()].flatMap((nameKey) => this.ofName(nameKey));
  }

  /**
   * Whether this record may come. Where a limit is reached, whoever has the most pays: within the set, of his own share, of large records, then in
   * total; but nobody makes room for one who has as much, unless what he has was not heard for a minute.
   */
  admit(nameKey: string, record: ResourceRecord, source: string, now: number): RecordAdmission {
    const set = this.recordSet(nameKey, typeCode(record.data));
    const setLimit = record.data.type === 'PTR' ? this.#limits.instancesPerService : this.#limits.recordsPerSet;
    if (set.size >= setLimit) return chooseSurplus(set.shares, source, now);
    if (record.data.type === 'PTR' && set.shares.count(source) >= this.#limits.instancesPerSource)
      return replaceOldest(set.shares, source, now);
    if (this.#shares.count(source) >= this.#limits.recordsPerSource) return replaceOldest(this.#shares, source, now);
    if (isLarge(record) && this.#largeSize >= this.#limits.largeRecords)
      return chooseSurplus(this.#largeShares, source, now);
    return this.#size >= this.#limits.records ? chooseSurplus(this.#shares, source, now) : ADMITTED;
  }

  add(record: StoredRecord): void {
    const byType = this.#sets.get(record.nameKey) ?? new Map<number, RecordSet<StoredRecord>>();
    this.#sets.set(record.nameKey, byType);
    const set = byType.get(record.type) ?? new RecordSet<StoredRecord>();
    byType.set(record.type, set);
    set.add(record);
    this.#shares.add(record);
    this.#size += 1;
    if (!isLarge(record.record)) return;
    this.#largeShares.add(record);
    this.#largeSize += 1;
  }

  /** Heard again. */
  renew(record: StoredRecord): void {
    this.#shares.renew(record);
    this.#largeShares.renew(record);
    this.recordSet(record.nameKey, record.type).renew(record);
  }

  /** No-op for what is not here. */
  remove(record: StoredRecord): void {
    const byType = this.#sets.get(record.nameKey);
    const set = byType?.get(record.type);
    if (byType === undefined || set === undefined || set.find(record.record.data, record.targetKey) !== record) return;
    set.delete(record);
    if (set.size === 0) byType.delete(record.type);
    if (byType.size === 0) this.#sets.delete(record.nameKey);
    this.#shares.delete(record);
    this.#size -= 1;
    if (!isLarge(record.record)) return;
    this.#largeShares.delete(record);
    this.#largeSize -= 1;
  }
}

/** At the cost of the source that has the most, if that is not the one who sends. */
function chooseSurplus(shares: SourceShares<StoredRecord>, source: string, now: number): RecordAdmission {
  const noisiest = shares.noisiest() ?? source;
  const surplus = shares.oldest(noisiest);
  const isFair = shares.count(noisiest) > shares.count(source) + 1;
  return isFair && surplus !== undefined ? { kind: 'instead-of', surplus } : replaceOldest(shares, noisiest, now);
}

function replaceOldest(shares: SourceShares<StoredRecord>, source: string, now: number): RecordAdmission {
  const surplus = shares.oldest(source);
  if (surplus === undefined || now - surplus.receivedAt < SETTLED_MS) return REFUSED;
  return { kind: 'instead-of', surplus };
}

function isLarge({ data }: ResourceRecord): boolean {
  if (data.type !== 'TXT') return false;
  return data.strings.reduce((sum, string) => sum + 1 + string.length, 0) > RECOMMENDED_TXT_BYTES;
}
