import type { UnresolvedInstance } from '../../instance.ts';
import type { Message } from '../../wire/message.ts';
import { nameKey, parseName } from '../../wire/name.ts';
import { type RecordData, type ResourceRecord, TYPE_CODES, typeCode } from '../../wire/record.ts';
import type { Machine, Random, Received, Sender, Transmit } from '../machine.ts';
import { nameOfBrowse, nameOfInstance, TYPE_ENUMERATION, typeOfName } from '../service-name.ts';
import { Browser } from './browser.ts';
import type { CacheEvent } from './cache-event.ts';
import { Denials } from './denials.ts';
import { DirectAnswers } from './direct-answers.ts';
import { Interest } from './interest.ts';
import { Overhearing } from './overhearing.ts';
import { type OwnedRecord, withOwners } from './owned-record.ts';
import type { QuerierEvent } from './querier-event.ts';
import { QuestionSchedule } from './question-schedule.ts';
import { type HeardAddress, RecentAddresses } from './recent-addresses.ts';
import { RecordCache, type Refreshed } from './record-cache.ts';
import { type CacheLimits, DEFAULT_LIMITS } from './record-store.ts';
import { findExpiry } from './resolution.ts';

/** A driver this late was not busy: the machine slept. */
const SUSPENDED_MS = 10_000;
/** What is kept under names that have one owner. */
const DENIED_TYPES = [TYPE_CODES.SRV, TYPE_CODES.TXT, TYPE_CODES.A, TYPE_CODES.AAAA];
const KEPT: ReadonlySet<RecordData['type']> = new Set(['PTR', 'SRV', 'TXT', 'A', 'AAAA']);
/** For how long what a repetition refreshes may wait for a copy that is later yet. */
const DEFERRED_MS = 500;
const TYPE_ENUMERATION_KEY = nameKey(TYPE_ENUMERATION);

export interface QuerierOptions {
  readonly random: Random;
  readonly limits?: CacheLimits;
}

interface Browsing {
  readonly browser: Browser;
  users: number;
}

/** What a response does that says nothing new, as long as nothing new comes from others either. */
interface Repetition {
  /** See {@link RecordCache.arrivals} and {@link Interest.begun}. */
  readonly arrivals: number;
  readonly begun: number;
  readonly refreshed: readonly Refreshed[];
  readonly records: readonly OwnedRecord[];
  /** Whether all that is to be done can wait: nobody's denial is in it. */
  readonly mayWait: boolean;
  /** When it was taken in last. */
  takenAt: number;
}

/** A repetition that is taken in before anything else is. */
interface DeferredPacket {
  readonly packet: Received;
  at: number;
}

/**
 * The asking side of one interface: browses, resolves, keeps what it heard, verifies it. Events are to be taken after every
 * call of `receive`, `advance` and `browse`.
 */
export class Querier implements Machine {
  readonly #cache: RecordCache;
  readonly #denials: Denials = new Denials();
  readonly #schedule: QuestionSchedule;
  readonly #interest: Interest;
  readonly #recentAddresses: RecentAddresses = new RecentAddresses();
  readonly #overhearing: Overhearing;
  readonly #directAnswers: DirectAnswers;
  readonly #browsing: Map<string, Browsing> = new Map();
  /** Of responses that were heard more than once, as long as their link keeps them. */
  readonly #repetitions: WeakMap<Message, Repetition> = new WeakMap();
  /** The last of each. */
  readonly #deferred: Map<Message, DeferredPacket> = new Map();
  #typeBrowses = 0;
  #now = Number.NEGATIVE_INFINITY;
  #events: QuerierEvent[] = [];

  constructor({ random, limits = DEFAULT_LIMITS }: QuerierOptions) {
    this.#cache = new RecordCache(random, limits);
    this.#schedule = new QuestionSchedule(this.#cache, this.#denials, random);
    this.#interest = new Interest((owner) => {
      this.#cache.forget(owner);
      this.#denials.forget(owner);
      this.#schedule.forget(owner);
    });
    this.#overhearing = new Overhearing(this.#cache, this.#schedule, this.#interest);
    this.#directAnswers = new DirectAnswers(this.#schedule, random);
  }

  /** Records that found no room in the cache. */
  get refusedRecords(): number {
    return this.#cache.refused;
  }

  /** Messages to us alone that were no answers. */
  get refusedReplies(): number {
    return this.#directAnswers.refused;
  }

  get cachedRecords(): number {
    return this.#cache.size;
  }

  /** `_redis._tcp`. Counted: each call needs its `stopBrowse`. Instances that are known already are not told again. */
  browse(type: string, subtype: string | undefined, now: number): void {
    const key = nameKey(nameOfBrowse(type, subtype));
    const known = this.#browsing.get(key);
    if (known !== undefined) {
      known.users += 1;
      return;
    }
    const context = {
      cache: this.#cache,
      denials: this.#denials,
      schedule: this.#schedule,
      interest: this.#interest,
    };
    const browser = new Browser(type, subtype, context);
    this.#browsing.set(key, { browser, users: 1 });
    const at = this.#observe(now);
    browser.start(at);
    this.#settle(at);
  }

  stopBrowse(type: string, subtype: string | undefined): void {
    const key = nameKey(nameOfBrowse(type, subtype));
    const browsing = this.#browsing.get(key);
    if (browsing === undefined) return;
    browsing.users -= 1;
    if (browsing.users > 0) return;
    this.#browsing.delete(key);
    browsing.browser.stop();
  }

  /** Of a type that is browsed. */
  listUnresolved(type: string, now: number): readonly UnresolvedInstance[] {
    return this.#browsing.get(nameKey(nameOfBrowse(type, undefined)))?.browser.listUnresolved(now) ?? [];
  }

  /** Asks for every service type on the link (RFC 6763 9). Counted, too. */
  browseTypes(now: number): void {
    this.#typeBrowses += 1;
    if (this.#typeBrowses > 1) return;
    this.#interest.retain(TYPE_ENUMERATION_KEY);
    this.#schedule.askContinuously(TYPE_ENUMERATION, TYPE_CODES.PTR, this.#observe(now));
  }

  stopBrowseTypes(): void {
    if (this.#typeBrowses === 0) return;
    this.#typeBrowses -= 1;
    if (this.#typeBrowses === 0) this.#interest.release(TYPE_ENUMERATION_KEY);
  }

  /** Until when an instance of this type, at this host (in presentation format), is known without being heard again; undefined where it is not. */
  findExpiry(type: string, instance: string, host: string, now: number): number | undefined {
    this.#takeDeferred();
    return findExpiry(this.#cache, nameKey(nameOfInstance(type, instance)), nameKey(parseName(host)), now);
  }

  /**
   * A dial failed: asks the owner again, and `lost` with `unreachable` follows within ten seconds without answer (RFC 6762
   * 10.4). One that was lost already is asked for once: somebody needs it now, and a healed link announces nothing.
   */
  verify(type: string, instance: string, now: number): void {
    const at = this.#observe(now);
    const { A, AAAA, PTR, SRV } = TYPE_CODES;
    const name = nameOfInstance(type, instance);
    if (!this.#interest.has(nameKey(name))) {
      const typeName = nameOfBrowse(type, undefined);
      if (this.#interest.has(nameKey(typeName))) this.#schedule.askOnce(typeName, PTR, at);
      return;
    }
    if (!this.#cache.has(name, SRV)) this.#schedule.askOnce(name, SRV, at);
    for (const { record } of this.#cache.lookup(name, SRV, at)) {
      if (record.data.type !== 'SRV') continue;
      const { target } = record.data;
      if (!this.#cache.has(target, A) && !this.#cache.has(target, AAAA)) this.#schedule.askOnce(target, A, at);
      this.#cache.reconfirm(target, A, at);
      this.#cache.reconfirm(target, AAAA, at);
    }
    this.#cache.reconfirm(name, SRV, at);
  }

  /** The interface came back, or the machine woke: asks everything anew; what nobody confirms within ten seconds is gone. */
  restart(now: number): void {
    this.#takeDeferred();
    this.#now = Math.max(this.#now, now);
    this.#cache.reconfirmAll(this.#now);
    this.#denials.clear();
    this.#schedule.restart(this.#now);
  }

  receive(packet: Received, now: number): boolean {
    if (this.#defer(packet, now)) return false;
    const { message, from } = packet;
    const at = this.#observe(now);
    if (from.reply !== undefined) this.#learnDirectly(packet, at);
    else if (message.kind === 'query') this.#overhearing.hear(packet, at);
    else if (packet.isRepeated === true) this.#learnAgain(packet, at);
    else this.#learn(withOwners([...message.answers, ...message.additionals]), from, at);
    return true;
  }

  advance(now: number): readonly Transmit[] {
    const at = this.#observe(now);
    this.#cache.advance(at);
    this.#drain(at);
    this.#settle(at);
    const message = this.#schedule.takeDue(at);
    const asking: readonly Transmit[] = message === undefined ? [] : [{ message, to: { kind: 'multicast' } }];
    return [...this.#directAnswers.takeDue(), ...asking];
  }

  nextDeadline(): number {
    if (this.#directAnswers.isDue) return this.#now;
    let deadline = Math.min(this.#cache.nextDeadline(), this.#schedule.nextDeadline());
    for (const { browser } of this.#browsing.values()) deadline = Math.min(deadline, browser.nextDeadline());
    return deadline;
  }

  /** Whether `takeEvents` has any to give. */
  get hasEvents(): boolean {
    return this.#events.length > 0;
  }

  takeEvents(): readonly QuerierEvent[] {
    const events = this.#events;
    if (events.length > 0) this.#events = [];
    return events;
  }

  /**
   * The one place that knows that clocks misbehave. A time before the last one counts as the last one: nothing here runs
   * backwards. When the driver comes much later than it was told to, the machine slept, on a system whose monotonic clock
   * counts sleep: TTLs ran out unseen, so everything is asked for anew before it is given up. Where the clock stood still
   * meanwhile, the driver notices by the wall clock and calls `restart` itself.
   */
  #observe(now: number): number {
    this.#takeDeferred();
    const isLate = now - this.nextDeadline() > SUSPENDED_MS;
    this.#now = Math.max(this.#now, now);
    if (isLate) this.restart(this.#now);
    return this.#now;
  }

  /** What is said to us alone adds to what is said to all, and changes nothing of it. */
  #learnDirectly(packet: Received, now: number): void {
    const records = this.#directAnswers.hear(packet, now);
    const isNews = (record: ResourceRecord): boolean => !this.#cache.isSaidToAll(record, nameKey(record.name));
    this.#learn(withOwners(records.filter(isNews)), packet.from, now);
  }

  /**
   * Who says the same many times a second is heard once in half a second, and the last time: what lies between changes nothing. Where anything
   * else happens, the last one is taken in before, as of its own time.
   */
  #defer(packet: Received, now: number): boolean {
    if (packet.isRepeated !== true) return false;
    const known = this.#repetitions.get(packet.message);
    if (known === undefined || !known.mayWait || now < this.#now || now - known.takenAt >= DEFERRED_MS) return false;
    if (!this.#isStill(known) || !this.#cache.areAllFresh(known.refreshed)) return false;
    for (const { browser } of this.#browsing.values())
      for (const { entry } of known.refreshed) if (!browser.isSettled(entry)) return false;
    this.#now = now;
    const deferred = this.#deferred.get(packet.message);
    if (deferred?.packet === packet) deferred.at = now;
    else this.#deferred.set(packet.message, { packet, at: now });
    return true;
  }

  #takeDeferred(): void {
    if (this.#deferred.size === 0) return;
    const deferred = [...this.#deferred.values()].sort((a, b) => a.at - b.at);
    this.#deferred.clear();
    for (const { packet, at } of deferred) this.#learnAgain(packet, at);
  }

  /** Most of what is heard on a busy link was heard a moment ago, and is not looked up again. */
  #learnAgain({ message, from }: Received, now: number): void {
    const known = this.#repetitions.get(message);
    if (known !== undefined && this.#isStill(known) && this.#cache.refreshAll(known.refreshed, now)) {
      known.takenAt = now;
      this.#drain(now);
      this.#rememberAddresses(known.records, from, now);
      this.#noteDenials(known.records, now);
      this.#settle(now);
      return;
    }
    const records = withOwners([...message.answers, ...message.additionals]);
    this.#learn(records, from, now);
    const kept = records.filter(({ record: { data }, owner }) => KEPT.has(data.type) && this.#interest.has(owner));
    const refreshed = this.#cache.listRefreshed(kept);
    if (refreshed === undefined) this.#repetitions.delete(message);
    else {
      const { begun } = this.#interest;
      const mayWait = !records.some(({ record }) => record.data.type === 'NSEC');
      const { arrivals } = this.#cache;
      this.#repetitions.set(message, { arrivals, begun, refreshed, records, mayWait, takenAt: now });
    }
  }

  #isStill({ arrivals, begun }: Repetition): boolean {
    return arrivals === this.#cache.arrivals && begun === this.#interest.begun;
  }

  /** Names before hosts before addresses: only what is browsed, or what that refers to, is kept, in whatever order it comes. */
  #learn(records: readonly OwnedRecord[], from: Sender, now: number): void {
    this.#putAll(records, ['PTR'], from, now);
    this.#putAll(records, ['SRV', 'TXT'], from, now);
    for (const { browser } of this.#browsing.values()) browser.followHosts(now);
    this.#recallAddresses(now);
    this.#putAll(records, ['A', 'AAAA'], from, now);
    this.#rememberAddresses(records, from, now);
    this.#noteDenials(records, now);
    this.#settle(now);
  }

  #putAll(records: readonly OwnedRecord[], types: readonly RecordData['type'][], from: Sender, now: number): void {
    const wanted = records.filter(({ record, owner }) => types.includes(record.data.type) && this.#interest.has(owner));
    this.#cache.putAll(wanted, from, now);
    this.#drain(now);
  }

  /** A host that somebody wants to know of from now on may have told its addresses a moment ago. */
  #recallAddresses(now: number): void {
    for (const owner of this.#interest.takeBegun()) {
      if (!this.#interest.has(owner)) continue;
      for (const { record, from } of this.#recentAddresses.take(owner, now)) this.#cache.put(record, from, now);
    }
    this.#drain(now);
  }

  /** RFC 6762 6.1. What we know and its owner denies is verified: the host may have lost it without being able to say goodbye. */
  #noteDenials(records: readonly OwnedRecord[], now: number): void {
    for (const { record, owner } of records) {
      const isDenial = record.data.type === 'NSEC';
      if ((!isDenial && this.#denials.size === 0) || !this.#interest.has(owner)) continue;
      this.#denials.note(record, now, owner);
      if (!isDenial) continue;
      for (const type of DENIED_TYPES)
        if (this.#denials.has(record.name, type, now)) this.#cache.contradict(record.name, type, now);
      for (const { browser } of this.#browsing.values()) browser.noteDenial(owner);
    }
  }

  #rememberAddresses(records: readonly OwnedRecord[], from: Sender, now: number): void {
    const byOwner = new Map<string, HeardAddress[]>();
    for (const { record, owner } of records) {
      if ((record.data.type !== 'A' && record.data.type !== 'AAAA') || record.ttl === 0) continue;
      if (this.#interest.has(owner)) continue;
      const heard = byOwner.get(owner);
      if (heard === undefined) byOwner.set(owner, [{ record, from }]);
      else heard.push({ record, from });
    }
    for (const [owner, addresses] of byOwner) this.#recentAddresses.remember(owner, addresses, now);
  }

  /** Hands on what happened in the cache, until nothing follows from it. */
  #drain(now: number): void {
    for (let events = this.#cache.takeEvents(); events.length > 0; events = this.#cache.takeEvents()) {
      for (const event of events) this.#note(event, now);
      this.#cache.advance(now);
    }
  }

  #note(event: CacheEvent, now: number): void {
    const { name, data } = event.entry.record;
    // An event before this one may have ended the interest in its record.
    if (!this.#interest.has(event.entry.nameKey)) return;
    switch (event.kind) {
      case 'refresh-due':
        this.#schedule.askOnce(name, typeCode(data), now);
        return;
      case 'unanswered':
        this.#cache.reconfirm(name, typeCode(data), now);
        return;
      case 'added':
      case 'refreshed':
      case 'changed':
      case 'withdrawn':
      case 'expired':
        this.#noteType(event);
        for (const { browser } of this.#browsing.values()) browser.note(event);
        return;
      default:
        event satisfies never;
    }
  }

  #noteType(event: CacheEvent): void {
    const { nameKey: owner, record } = event.entry;
    if (event.kind !== 'added' || owner !== TYPE_ENUMERATION_KEY || record.data.type !== 'PTR') return;
    const type = typeOfName(record.data.target);
    if (type !== undefined) this.#events.push({ kind: 'type-found', type });
  }

  #settle(now: number): void {
    for (const { browser } of this.#browsing.values()) {
      browser.settle(now);
      for (const event of browser.takeEvents()) this.#events.push({ ...event, subtype: browser.subtype });
    }
  }
}
