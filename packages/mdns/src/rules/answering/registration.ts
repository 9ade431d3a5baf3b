import { forgetOldest } from '../../forget-oldest.ts';
import { TokenBucket } from '../../token-bucket.ts';
import { isSameName, type Name } from '../../wire/name.ts';
import { type ResourceRecord, recordKey, TYPE_CODES } from '../../wire/record.ts';
import { Announcing } from './announce.ts';
import { isSameSet, type OwnSet } from './own-set.ts';
import { Probe } from './probe.ts';

/** How long data of our own that was replaced may still come back to us, by reflectors and other links. */
const FORMER_DATA_MS = 10_000;
const MAX_FORMER_RECORDS = 32;
/** RFC 6762 8.4: no more than ten changes a minute; those beyond are announced once a second at most. */
const CHANGES_AT_ONCE = 10;
const CHANGES_PER_SECOND = CHANGES_AT_ONCE / 60;

/** What a registration consists of: the sets under its own name, which it claims, and pointers to that name from elsewhere. */
export interface RegisteredSets {
  readonly claimed: readonly OwnSet[];
  readonly pointers: readonly OwnSet[];
}

/** What a change of data means for the caches of others (RFC 6762 8.4). */
export interface SetChange {
  /** To be announced. */
  readonly changed: readonly OwnSet[];
  /** No longer there, which no announcement says. */
  readonly vanished: readonly OwnSet[];
}

/** The name of one service or host on one interface: its claim, its records, its announcements. */
export class Registration {
  readonly name: Name;
  readonly probe: Probe;
  readonly announcement: Announcing = new Announcing();
  /**
   * Whether others may have our records in their caches: a goodbye is due when they end (RFC 6762 10.1). `disputed`: another host
   * uses the name too, and what is not ours alone is not ours to end.
   */
  onAir: 'no' | 'yes' | 'disputed' = 'no';
  /** How often it was contested after it was claimed. */
  contests = 0;
  readonly #changes: TokenBucket = new TokenBucket(CHANGES_PER_SECOND, 0, CHANGES_AT_ONCE);
  #sets: RegisteredSets;
  readonly #former: Map<string, number> = new Map();

  constructor(name: Name, sets: RegisteredSets, startAt: number, insist: boolean) {
    this.name = name;
    this.#sets = sets;
    this.probe = new Probe(name, recordsOf(sets.claimed), startAt, insist);
  }

  get claimed(): readonly OwnSet[] {
    return this.#sets.claimed;
  }

  get pointers(): readonly OwnSet[] {
    return this.#sets.pointers;
  }

  get all(): readonly OwnSet[] {
    return [...this.#sets.claimed, ...this.#sets.pointers];
  }

  get isClaimed(): boolean {
    return this.probe.state.kind === 'claimed';
  }

  /** What is to be taken back when it ends (RFC 6762 10.1). */
  get farewell(): readonly OwnSet[] {
    switch (this.onAir) {
      case 'no':
        return [];
      case 'yes':
        return this.all;
      case 'disputed':
        // The place is ours alone. Without the cache-flush bit, which would speak of the other's.
        return this.probe.state.kind === 'lost' ? [] : this.#sets.claimed.filter(isPlace).map(withoutFlush);
      default:
        return this.onAir satisfies never;
    }
  }

  /** The same name, and it is not lost. */
  canGoOnAs(name: Name): boolean {
    return isSameName(this.name, name) && this.probe.state.kind !== 'lost';
  }

  /** Puts other data under the same name. */
  replace(sets: RegisteredSets, now: number): SetChange {
    const before = this.all;
    this.#sets = sets;
    const after = this.all;
    this.probe.propose(recordsOf(sets.claimed));
    const kept = new Set(after.flatMap((set) => set.recordKeys));
    for (const key of before.flatMap((set) => set.recordKeys)) if (!kept.has(key)) this.#noteFormer(key, now);
    return {
      changed: after.filter((set) => !before.some((old) => isSameSet(old, set))),
      vanished: before.filter((old) => !after.some((set) => set.key === old.key)),
    };
  }

  /** Whether a change may be told at once, whatever was told before. Counts it. */
  admitChange(now: number): boolean {
    return this.#changes.take(now);
  }

  /** The record is ours, or was a moment ago: hearing it is no conflict. */
  isOwn(record: ResourceRecord, now: number): boolean {
    const key = recordKey(record);
    if (this.#sets.claimed.some((set) => set.recordKeys.includes(key))) return true;
    return (this.#former.get(key) ?? Number.NEGATIVE_INFINITY) > now;
  }

  /** Whether there is a set of this type under the name. */
  hasType(type: number): boolean {
    return this.#sets.claimed.some((set) => set.type === type);
  }

  /** The next thing to do for the name or its announcements. */
  deadline(): number {
    return Math.min(this.probe.deadline(), this.announcement.deadline());
  }

  #noteFormer(key: string, now: number): void {
    this.#former.delete(key);
    this.#former.set(key, now + FORMER_DATA_MS);
    forgetOldest(this.#former, MAX_FORMER_RECORDS);
  }
}

function isPlace({ type }: OwnSet): boolean {
  return type === TYPE_CODES.SRV;
}

function withoutFlush(set: OwnSet): OwnSet {
  return { ...set, records: set.records.map((record) => ({ ...record, flush: false })) };
}

/** The proposed records of a probe; RFC 6762 10.2: without the cache-flush bit. */
function recordsOf(sets: readonly OwnSet[]): readonly ResourceRecord[] {
  return sets.flatMap((set) => set.records).map((record) => ({ ...record, flush: false }));
}
