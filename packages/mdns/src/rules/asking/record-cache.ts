import { type Name, nameKey } from '../../wire/name.ts';
import { type ResourceRecord, recordKey, TYPE_CODES, typeCode } from '../../wire/record.ts';
import type { Random, Sender } from '../machine.ts';
import type { CacheEvent } from './cache-event.ts';
import { DeadlineHeap } from './deadline-heap.ts';
import {
  type ExpiryReason,
  expiryReason,
  GRACE_MS,
  isTakenBack,
  lifetimeMs,
  nextAskAt,
  RECONFIRM_MS,
} from './lifetime.ts';
import type { OwnedRecord } from './owned-record.ts';
import { keyOfTarget, type RecordSet } from './record-set.ts';
import { type CachedRecord, type CacheLimits, DEFAULT_LIMITS, RecordStore, type StoredRecord } from './record-store.ts';
import { RefreshJitter } from './refresh-jitter.ts';

/** For how long a goodbye that was contradicted makes the next one doubtful. */
const CONTESTED_MS = 60_000;
/** What was sent before a goodbye may be heard after it, on the link of the other address family: that is no contradiction. */
const REORDER_MS = 100;
/** RFC 6762 10.5: two unanswered questions or more, and ten seconds. */
const UNANSWERED_QUESTIONS = 2;
const UNANSWERED_MS = 10_000;
/** RFC 6762 5.2: nobody asks the same twice within a second. */
const SAME_QUESTION_MS = 900;
const MS_PER_SECOND = 1000;
/** Who is noted as having said the same, of one record: a host has several addresses, and there may be a reflector. */
const MAX_TELLERS = 8;

/** Who said something, and by which way. */
type HeardFrom = Pick<Sender, 'address' | 'family' | 'isThisHost' | 'reply'>;

/** A record that one packet refreshes, and how it says it. */
export interface Refreshed {
  readonly entry: StoredRecord;
  readonly record: ResourceRecord;
}

/** What the others on one link said, for as long as it counts. Pure: time comes in, events come out. */
export class RecordCache {
  readonly #jitter: RefreshJitter;
  readonly #store: RecordStore;
  readonly #heap: DeadlineHeap<StoredRecord> = new DeadlineHeap();
  #nextArrival = 0;
  #refused = 0;
  #events: CacheEvent[] = [];

  constructor(random: Random, limits: CacheLimits = DEFAULT_LIMITS) {
    this.#jitter = new RefreshJitter(random);
    this.#store = new RecordStore(limits);
  }

  get size(): number {
    return this.#store.size;
  }

  /** Records that were not taken for want of room. */
  get refused(): number {
    return this.#refused;
  }

  /** As `putAll`, of a packet with one record. */
  put(record: ResourceRecord, from: HeardFrom, now: number): void {
    this.putAll([{ record, owner: nameKey(record.name) }], from, now);
  }

  /**
   * Takes in records of one response: new ones, refreshes, goodbyes, and, once all are known, the successors of those that they
   * flush: a set is flushed as a whole, so that what stands further down in the packet was never gone (RFC 6762 10.2).
   */
  putAll(records: readonly OwnedRecord[], from: HeardFrom, now: number): void {
    const flushed = new Map<string, Set<number>>();
    for (const { record, owner } of records) {
      this.#put(record, owner, from, now);
      if (!isFlushing(record)) continue;
      const types = flushed.get(owner) ?? new Set();
      flushed.set(owner, types.add(typeCode(record.data)));
    }
    for (const [owner, types] of flushed) for (const type of types) this.#flush(owner, type, from, now);
  }

  /** How many records came so far, or came back. */
  get arrivals(): number {
    return this.#nextArrival;
  }

  /**
   * What these records of one response, which was just taken in, refresh when they are heard again. Undefined where they do more than that, or
   * something else.
   */
  listRefreshed(records: readonly OwnedRecord[]): readonly Refreshed[] | undefined {
    const refreshed: Refreshed[] = [];
    const entries = new Set<StoredRecord>();
    const flushed = new Set<RecordSet<StoredRecord>>();
    for (const { record, owner } of records) {
      const set = this.#store.recordSet(owner, typeCode(record.data));
      const entry = set.find(record.data);
      if (record.ttl === 0 || entry?.lifetime.kind !== 'fresh') return undefined;
      if (this.#findSuccessor(entry, record) !== undefined) return undefined;
      refreshed.push({ entry, record });
      entries.add(entry);
      if (isFlushing(record)) flushed.add(set);
    }
    for (const set of flushed)
      for (const entry of set) if (!entries.has(entry) && entry.lifetime.kind !== 'leaving') return undefined;
    return refreshed;
  }

  /** As `putAll` of the records that were listed, as long as `arrivals` is what it was. False where that would do more, and nothing was done. */
  refreshAll(refreshed: readonly Refreshed[], now: number): boolean {
    if (!this.areAllFresh(refreshed)) return false;
    for (const { entry, record } of refreshed) {
      this.#renew(entry, record, now);
      // Of others nobody wants to know that they were refreshed.
      if (entry.targetKey !== undefined) this.#events.push({ kind: 'refreshed', entry });
    }
    return true;
  }

  /** Whether they are kept still, and nobody doubts them. */
  areAllFresh(refreshed: readonly Refreshed[]): boolean {
    for (const { entry } of refreshed) if (entry.position === -1 || entry.lifetime.kind !== 'fresh') return false;
    return true;
  }

  /** Something is kept under this name and type. */
  has(name: Name, type: number): boolean {
    return this.#store.recordSet(nameKey(name), type).size > 0;
  }

  /** Somebody has said to all what this record says, or, of a name that has one owner, something else. */
  isSaidToAll(record: ResourceRecord, owner: string): boolean {
    const set = this.#store.recordSet(owner, typeCode(record.data));
    if (record.data.type === 'PTR') return set.find(record.data)?.isDirect === false;
    return [...set].some(({ isDirect }) => !isDirect);
  }

  /** What is known now, leaving records included. */
  lookup(name: Name, type: number, now: number): readonly CachedRecord[] {
    return this.lookupUnder(nameKey(name), type, now);
  }

  /** As `lookup`, by the name's key. */
  lookupUnder(owner: string, type: number, now: number): readonly CachedRecord[] {
    const entries: CachedRecord[] = [];
    for (const entry of this.#store.recordSet(owner, type)) {
      if (entry.expiresAt > now) entries.push(entry);
    }
    return entries;
  }

  /** What a question should list as known: records with more than half of their TTL left that nobody doubts (RFC 6762 7.1). */
  knownAnswers(name: Name, type: number, now: number): readonly ResourceRecord[] {
    const answers: ResourceRecord[] = [];
    for (const entry of this.#store.recordSet(nameKey(name), type)) {
      if (!isKnownAnswer(entry, now)) continue;
      const age = Math.floor((now - entry.receivedAt) / MS_PER_SECOND);
      // RFC 6762 10.2: the cache-flush bit is never set in known answers.
      answers.push({ ...entry.record, ttl: entry.record.ttl - age, flush: false });
    }
    return answers;
  }

  /** We would list it as known, too. `owner` is its name's key. */
  isKnownAnswer(record: ResourceRecord, now: number, owner: string = nameKey(record.name)): boolean {
    const entry = this.#store.recordSet(owner, typeCode(record.data)).find(record.data);
    return entry !== undefined && isKnownAnswer(entry, now);
  }

  /**
   * Another host asked for these records, and has the answers with the keys `known`. Two such questions without an answer
   * make a record `unanswered` after ten seconds (RFC 6762 10.5). A question that comes by IPv4 and IPv6 is one.
   */
  noteQuestion(name: Name, type: number, known: ReadonlySet<string>, now: number): void {
    for (const entry of this.#store.recordSet(nameKey(name), type)) {
      if (entry.lifetime.kind !== 'fresh' || known.has(recordKey(entry.record))) continue;
      if (now - entry.questionAt < SAME_QUESTION_MS) continue;
      entry.questionAt = now;
      entry.unanswered += 1;
      if (entry.unanswered !== UNANSWERED_QUESTIONS) continue;
      entry.unansweredAt = now + UNANSWERED_MS;
      this.#reschedule(entry);
    }
  }

  /**
   * Doubts the records of this name and type: `refresh-due` follows at once and some times more, and they are gone after nine
   * seconds unless they are heard again (RFC 6762 10.4). Those heard within a second are asked for once that second is over: the
   * owner may not repeat itself before (RFC 6762 6).
   */
  reconfirm(name: Name, type: number, now: number): void {
    for (const entry of this.#store.recordSet(nameKey(name), type)) {
      this.#doubt(entry, 'unreachable', Math.max(now, entry.receivedAt + GRACE_MS), now);
    }
  }

  /** As `reconfirm`, but what was heard within a second stands: its owner may deny on IPv4 what it tells on IPv6 (RFC 6762 6.1). */
  contradict(name: Name, type: number, now: number): void {
    for (const entry of this.#store.recordSet(nameKey(name), type)) {
      if (now - entry.receivedAt >= GRACE_MS) this.#doubt(entry, 'unreachable', now, now);
    }
  }

  /**
   * Doubts everything after time was lost: records whose end has passed meanwhile get their chance to be confirmed as well.
   * Questions begin after a second; what the first questions of browsing bring needs none.
   */
  reconfirmAll(now: number): void {
    for (const entry of this.#store.all()) {
      if (entry.lifetime.kind === 'leaving') continue;
      entry.lifetime = { kind: 'doubted', asked: 1, since: now, reason: 'expired' };
      entry.expiresAt = now + RECONFIRM_MS;
      this.#replan(entry);
    }
  }

  /** Drops every record of a name, without events: nobody is interested any more. */
  forget(owner: string): void {
    for (const entry of this.#store.ofName(owner)) this.#remove(entry);
  }

  advance(now: number): void {
    for (let entry = this.#heap.due(now); entry !== undefined; entry = this.#heap.due(now)) {
      if (dueTime(entry) > now) this.#heap.set(entry, dueTime(entry));
      else if (entry.expiresAt <= now) {
        this.#expire(entry, expiryReason(entry.lifetime));
      } else if (entry.unansweredAt <= now) {
        entry.unansweredAt = Number.POSITIVE_INFINITY;
        this.#events.push({ kind: 'unanswered', entry });
        this.#reschedule(entry);
      } else {
        this.#events.push({ kind: 'refresh-due', entry });
        if (entry.lifetime.kind !== 'leaving') entry.lifetime = { ...entry.lifetime, asked: entry.lifetime.asked + 1 };
        this.#replan(entry);
      }
    }
  }

  nextDeadline(): number {
    return this.#heap.nextDeadline();
  }

  /** What happened since the last call, in order. */
  takeEvents(): readonly CacheEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  #put(record: ResourceRecord, owner: string, from: HeardFrom, now: number): void {
    const targetKey = keyOfTarget(record.data);
    const entry = this.#store.recordSet(owner, typeCode(record.data)).find(record.data, targetKey);
    if (record.ttl > 0) {
      if (entry === undefined) this.#add(record, { owner, targetKey }, from, now);
      else this.#refresh(entry, record, from, now);
    } else if (entry !== undefined) this.#hearGoodbye(entry, from, now);
  }

  #add(
    record: ResourceRecord,
    { owner, targetKey }: { readonly owner: string; readonly targetKey: string | undefined },
    from: HeardFrom,
    now: number,
  ): void {
    if (!this.#makeRoom(owner, record, from.address, now)) {
      this.#refused += 1;
      return;
    }
    const ttlMs = lifetimeMs(record);
    const entry: StoredRecord = {
      record,
      nameKey: owner,
      type: typeCode(record.data),
      targetKey,
      source: from.address,
      tellers: [from.address],
      isFromThisHost: from.isThisHost,
      isDirect: from.reply !== undefined,
      arrival: this.#nextArrival++,
      arrivedAt: now,
      arrivedBy: from.family,
      lifetime: { kind: 'fresh', asked: 0 },
      receivedAt: now,
      ttlMs,
      expiresAt: now + ttlMs,
      askAt: Number.POSITIVE_INFINITY,
      unanswered: 0,
      questionAt: Number.NEGATIVE_INFINITY,
      unansweredAt: Number.POSITIVE_INFINITY,
      contestedUntil: Number.NEGATIVE_INFINITY,
      dueAt: Number.POSITIVE_INFINITY,
      position: -1,
    };
    this.#store.add(entry);
    this.#replan(entry);
    this.#events.push({ kind: 'added', entry });
  }

  #makeRoom(owner: string, record: ResourceRecord, source: string, now: number): boolean {
    for (;;) {
      const admission = this.#store.admit(owner, record, source, now);
      if (admission.kind !== 'instead-of') return admission.kind === 'admitted';
      this.#expire(admission.surplus, 'evicted');
    }
  }

  #refresh(entry: StoredRecord, record: ResourceRecord, from: HeardFrom, now: number): void {
    const { lifetime } = entry;
    const isRescued = lifetime.kind === 'leaving';
    const successor = this.#findSuccessor(entry, record);
    const isBack = isRescued || successor !== undefined;
    if (isEcho(entry, successor, from, now)) return;
    const isNewlyOurs = from.isThisHost && !entry.isFromThisHost;
    entry.isFromThisHost ||= from.isThisHost;
    const isNewlyTold = noteTeller(entry, from);
    entry.isDirect &&= from.reply !== undefined;
    if (isBack) {
      entry.arrival = this.#nextArrival++;
      entry.arrivedAt = now;
      entry.arrivedBy = from.family;
    }
    // Who flushes what another tells a moment later may be the same host on another interface: only a goodbye is contradicted.
    if (isRescued && lifetime.reason === 'goodbye' && now - lifetime.since >= REORDER_MS) {
      entry.contestedUntil = now + CONTESTED_MS;
    }
    this.#renew(entry, record, now);
    this.#events.push({ kind: isBack || isNewlyOurs || isNewlyTold ? 'changed' : 'refreshed', entry });
  }

  #renew(entry: StoredRecord, record: ResourceRecord, now: number): void {
    entry.record = record;
    entry.lifetime = { kind: 'fresh', asked: 0 };
    entry.receivedAt = now;
    entry.ttlMs = lifetimeMs(record);
    entry.expiresAt = now + entry.ttlMs;
    entry.unanswered = 0;
    entry.unansweredAt = Number.POSITIVE_INFINITY;
    this.#store.renew(entry);
    this.#replan(entry);
  }

  /** What its owner said in its place, less than a second ago: a flush spares what is so young. */
  #findSuccessor(entry: StoredRecord, { flush, data }: ResourceRecord): StoredRecord | undefined {
    if (!flush || (data.type !== 'SRV' && data.type !== 'TXT')) return undefined;
    for (const other of this.#store.recordSet(entry.nameKey, entry.type))
      if (other.arrival > entry.arrival) return other;
    return undefined;
  }

  /** RFC 6762 10.2: what the owner did not repeat within a second before now is no longer true. */
  #flush(owner: string, type: number, from: HeardFrom, now: number): void {
    for (const entry of this.#store.recordSet(owner, type)) {
      if (now - entry.receivedAt > GRACE_MS) this.#withdraw(entry, 'flushed', from, now);
    }
  }

  /**
   * RFC 6762 10.1. Somebody who lets a record end whose owner says shortly after that it stands is not believed again: the owner
   * is asked (10.4).
   */
  #hearGoodbye(entry: StoredRecord, from: HeardFrom, now: number): void {
    if (now < entry.contestedUntil) this.#doubt(entry, 'goodbye', now, now);
    else {
      for (const former of this.#listFormer(entry)) this.#withdraw(former, 'goodbye', from, now);
      this.#withdraw(entry, 'goodbye', from, now);
    }
  }

  /** What this one took the place of, spared by its flush for being young: it does not come back when this one goes. */
  #listFormer(entry: StoredRecord): readonly StoredRecord[] {
    if (entry.type !== TYPE_CODES.SRV && entry.type !== TYPE_CODES.TXT) return [];
    return [...this.#store.recordSet(entry.nameKey, entry.type)].filter(
      ({ arrival, receivedAt }) => arrival < entry.arrival && receivedAt <= entry.arrivedAt,
    );
  }

  #doubt(entry: StoredRecord, reason: 'goodbye' | 'unreachable', since: number, now: number): void {
    if (entry.lifetime.kind !== 'fresh') return;
    entry.lifetime = { kind: 'doubted', asked: 0, since, reason };
    entry.expiresAt = Math.min(entry.expiresAt, now + RECONFIRM_MS);
    this.#replan(entry);
  }

  #withdraw(entry: StoredRecord, reason: 'goodbye' | 'flushed', { family: by }: HeardFrom, now: number): void {
    if (entry.lifetime.kind === 'leaving') return;
    entry.lifetime = { kind: 'leaving', reason, since: now, by };
    entry.expiresAt = Math.min(entry.expiresAt, now + GRACE_MS);
    entry.unansweredAt = Number.POSITIVE_INFINITY;
    this.#replan(entry);
    if (reason === 'goodbye') this.#events.push({ kind: 'withdrawn', entry });
  }

  #expire(entry: StoredRecord, reason: ExpiryReason): void {
    this.#remove(entry);
    this.#events.push({ kind: 'expired', entry, reason });
  }

  #remove(entry: StoredRecord): void {
    this.#heap.delete(entry);
    this.#store.remove(entry);
  }

  #replan(entry: StoredRecord): void {
    entry.askAt = nextAskAt(entry.lifetime, entry.receivedAt, entry.ttlMs, this.#jitter);
    this.#reschedule(entry);
  }

  /** What is due later than it was stays where it waits, and is put off when its turn comes: mostly it is refreshed many times before. */
  #reschedule(entry: StoredRecord): void {
    const dueAt = dueTime(entry);
    if (entry.position === -1 || dueAt < entry.dueAt) this.#heap.set(entry, dueAt);
  }
}

function dueTime({ expiresAt, askAt, unansweredAt }: StoredRecord): number {
  return Math.min(expiresAt, askAt, unansweredAt);
}

/** PTR sets of DNS-SD are shared: no single owner can declare them complete. */
function isFlushing({ flush, ttl, data }: ResourceRecord): boolean {
  return flush && ttl > 0 && data.type !== 'PTR';
}

/** Where a host is, and who says so, decides between two that have one name. Whether it is news. */
function noteTeller(entry: StoredRecord, { address }: HeardFrom): boolean {
  const { type } = entry.record.data;
  if (type !== 'SRV' && type !== 'A' && type !== 'AAAA') return false;
  if (entry.tellers.length >= MAX_TELLERS || entry.tellers.includes(address)) return false;
  entry.tellers = [...entry.tellers, address];
  return true;
}

/** The other family's copy of what was said before the goodbye, or before what took its place: links do not keep the order. */
function isEcho(
  { lifetime }: StoredRecord,
  successor: StoredRecord | undefined,
  { family }: HeardFrom,
  now: number,
): boolean {
  if (isTakenBack(lifetime))
    return lifetime.kind === 'leaving' && now - lifetime.since < REORDER_MS && lifetime.by !== family;
  return successor !== undefined && now - successor.arrivedAt < REORDER_MS && successor.arrivedBy !== family;
}

function isKnownAnswer(entry: StoredRecord, now: number): boolean {
  return entry.lifetime.kind === 'fresh' && now < entry.receivedAt + entry.ttlMs / 2;
}
