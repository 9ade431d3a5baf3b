import { type ResourceRecord, typeCode } from '../wire/record.ts';
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
  /** Grows with each that comes, or comes back after it was withdrawn: of two in a unique set the later one counts. */
  readonly arrival: number;
  readonly lifetime: Lifetime;
}

/** The same with what only the cache itself sees. */
export interface StoredRecord extends CachedRecord, Waiting {
  readonly type: number;
  /** Whose share it counts in: who sent it first. Nobody can take another's record into his own share. */
  readonly source: string;
  record: ResourceRecord;
  isFromThisHost: boolean;
  arrival: number;
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
}

/** How much is kept, against hosts that send without end. */
export interface CacheLimits {
  readonly records: number;
  /** Of one source address. */
  readonly recordsPerSource: number;
  /** PTR records of one name. */
  readonly instancesPerService: number;
  /** Records of one name and another type. */
  readonly recordsPerSet: number;
}

export const DEFAULT_LIMITS: CacheLimits = {
  records: 10_000,
  recordsPerSource: 512,
  instancesPerService: 256,
  recordsPerSet: 32,
};

const EMPTY_SET: RecordSet<StoredRecord> = new RecordSet();

/** The records by name and type, and by source, within limits. */
export class RecordStore {
  readonly #limits: CacheLimits;
  /** By the owner's name, then by type. */
  readonly #sets: Map<string, Map<number, RecordSet<StoredRecord>>> = new Map();
  readonly #shares: SourceShares<StoredRecord> = new SourceShares();
  #size = 0;

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
   * Which record has to go before this one may come; undefined when there is room. Whoever sent the most pays: within the
   * set, then by his own share, then in total. To be asked until there is room.
   */
  findSurplus(nameKey: string, record: ResourceRecord, source: string): StoredRecord | undefined {
    const set = this.recordSet(nameKey, typeCode(record.data));
    const setLimit = record.data.type === 'PTR' ? this.#limits.instancesPerService : this.#limits.recordsPerSet;
    if (set.size >= setLimit) return findNoisiest(set);
    if (this.#shares.count(source) >= this.#limits.recordsPerSource) return this.#shares.oldest(source);
    const noisiest = this.#size >= this.#limits.records ? this.#shares.noisiest() : undefined;
    return noisiest === undefined ? undefined : this.#shares.oldest(noisiest);
  }

  add(record: StoredRecord): void {
    const byType = this.#sets.get(record.nameKey) ?? new Map<number, RecordSet<StoredRecord>>();
    this.#sets.set(record.nameKey, byType);
    const set = byType.get(record.type) ?? new RecordSet<StoredRecord>();
    byType.set(record.type, set);
    set.add(record);
    this.#shares.add(record);
    this.#size += 1;
  }

  /** Heard again. */
  renew(record: StoredRecord): void {
    this.#shares.renew(record);
  }

  /** No-op for what is not here. */
  remove(record: StoredRecord): void {
    const byType = this.#sets.get(record.nameKey);
    const set = byType?.get(record.type);
    if (byType === undefined || set === undefined || set.find(record.record.data) !== record) return;
    set.delete(record);
    if (set.size === 0) byType.delete(record.type);
    if (byType.size === 0) this.#sets.delete(record.nameKey);
    this.#shares.delete(record);
    this.#size -= 1;
  }
}

/** The one that was not heard for the longest time, of the source that has the most in this set. */
function findNoisiest(set: RecordSet<StoredRecord>): StoredRecord | undefined {
  const counts = new Map<string, number>();
  for (const { source } of set) counts.set(source, (counts.get(source) ?? 0) + 1);
  let chosen: StoredRecord | undefined;
  let most = 0;
  for (const record of set) {
    const count = counts.get(record.source) ?? 0;
    if (count < most || (count === most && chosen !== undefined && record.receivedAt >= chosen.receivedAt)) continue;
    most = count;
    chosen = record;
  }
  return chosen;
}
