import { Recent } from '@mdns-ambassador/relay';
import { Crowd } from './crowd.ts';
import { originOf } from './origin.ts';
import { Places, type VisitorPlace } from './places.ts';

/** Bounds of what strangers may have a door do. */
export interface AdmissionLimits {
  /** Handshakes at once, of all; how many of these are for addresses that had a member; and how many of one origin. */
  readonly atOnce: number;
  readonly reserved: number;
  readonly atOncePerOrigin: number;
  /** Connections that wait for their handshake. */
  readonly waiting: number;
  /** Failed handshakes that an origin has saved up at most, and how fast it may fail in the long run. */
  readonly failures: number;
  readonly failuresPerSecond: number;
}

/** A handshake costs a millisecond of processor time. */
export const ADMISSION_LIMITS: AdmissionLimits = {
  atOnce: 256,
  reserved: 64,
  atOncePerOrigin: 32,
  waiting: 1_024,
  failures: 20,
  failuresPerSecond: 2,
};

/** Of what may be open at once, so much is for handshakes under way, and as much for those that wait. */
const HANDSHAKE_SHARE = 1 / 4;
/** Of the handshakes at once, so much is for addresses that had a member. */
const RESERVED_SHARE = 1 / 4;

/** The limits where so many connections may be open at once: strangers never take them all. */
export function fitLimits(connections: number): AdmissionLimits {
  const share = Math.max(1, Math.floor(connections * HANDSHAKE_SHARE));
  const atOnce = Math.min(ADMISSION_LIMITS.atOnce, share);
  const waiting = Math.min(ADMISSION_LIMITS.waiting, share);
  return { ...ADMISSION_LIMITS, atOnce, reserved: Math.floor(atOnce * RESERVED_SHARE), waiting };
}

/**
 * What is left to an origin that has failed too often, as a member may share its address: handshakes at once, time between two, time after
 * which one goes for another that waits, and how many wait.
 */
const NARROW = { atOnce: 8, intervalMs: 25, holdMs: 200, waiting: 16 } as const;

/** Where strangers have all of their places, one goes after this time for another who waits. */
const CROWDED_HOLD_MS = 500;

/** How often those who wait are to be looked at again. */
export const ADMISSION_TICK_MS: number = NARROW.intervalMs;

/**
 * What a handshake counts that was left in its midst. It cost us as much as one that failed, but proxies leave too: they race, and the
 * losers go. A member who comes makes up for one.
 */
const ABANDONED = 1 / 32;

/** Origins whose failures are remembered, and addresses that had a member; the one that had the last longest ago is forgotten first. */
const MAX_REMEMBERED = 1_024;

/** Who may go in now, and who has to go: from inside, from among those who wait, or who has come in vain. */
export interface Change<Visitor> {
  readonly entered: readonly Visitor[];
  readonly expelled: readonly Visitor[];
}

/** Who goes in next, and who goes for it. */
interface Next<Visitor> {
  readonly visitor: Visitor;
  readonly place: VisitorPlace;
  readonly expelled: readonly Visitor[];
}

interface Credit {
  readonly saved: number;
  readonly at: number;
  readonly wasNarrow: boolean;
}

/**
 * Who may shake hands now, who waits, and who is turned away. An origin that has fewer inside takes the place of one that has more, and an
 * address that had a member always gets a place: nobody keeps others out by coming often, from many addresses, or from a member's own.
 * Pure: times are milliseconds of one monotonic clock.
 */
export class Admission<Visitor> {
  readonly #limits: AdmissionLimits;
  readonly #inside = new Places<Visitor>();
  readonly #waiting = new Places<Visitor>();
  readonly #credits = new Recent<string, Credit>(MAX_REMEMBERED);
  /** When the last one of an origin went in that has failed too often. */
  readonly #lastEntries = new Recent<string, number>(MAX_REMEMBERED);
  readonly #members = new Recent<string, true>(MAX_REMEMBERED);
  readonly #crowd = new Crowd();

  constructor(limits: AdmissionLimits = ADMISSION_LIMITS) {
    this.#limits = limits;
  }

  /** Of those inside, of those who wait, of origins that failed, and of addresses that had a member. */
  get sizes(): Readonly<Record<'inside' | 'waiting' | 'failed' | 'members', number>> {
    const [inside, waiting] = [this.#inside.size, this.#waiting.size];
    return { inside, waiting, failed: this.#credits.size, members: this.#members.size };
  }

  /**
   * Whether who comes from this address is turned away before any work, because it would not be served in time. To be asked once for each.
   * `queueWaitedMs`: how long connections wait before they are accepted.
   */
  refuses(address: string, queueWaitedMs: number, now: number): boolean {
    const { key, isMember } = this.#identify(address);
    const own = this.#inside.count(key) + this.#waiting.count(key);
    const first = this.#waiting.count(key) === 0 ? undefined : this.#waiting.findFirst(key);
    return this.#crowd.refuses({ isMember, own, ownWaitedMs: now - (first?.since ?? now), queueWaitedMs }, now);
  }

  /** `visitor` is another one each time. It waits where it is in neither list. */
  arrive(address: string, visitor: Visitor, now: number): Change<Visitor> {
    const place: VisitorPlace = { ...this.#identify(address), since: now };
    const expelled = this.#findEntry(place, now);
    if (expelled !== undefined) {
      this.#enter(visitor, place, expelled, now);
      return { entered: [visitor], expelled };
    }
    const room = this.#findWaitingRoom(place, now);
    if (room === undefined) return { entered: [], expelled: [visitor] };
    for (const leaver of room) this.#waiting.remove(leaver);
    this.#waiting.add(visitor, place);
    return { entered: [], expelled: room };
  }

  /** One has gone, from wherever it was. Who was expelled has gone already. */
  leave(visitor: Visitor, now: number): Change<Visitor> {
    this.#waiting.remove(visitor);
    return this.#inside.remove(visitor) ? this.tick(now) : { entered: [], expelled: [] };
  }

  /** To be called every {@link ADMISSION_TICK_MS} while somebody waits. */
  tick(now: number): Change<Visitor> {
    const entered: Visitor[] = [];
    const expelled: Visitor[] = [];
    for (;;) {
      const next = this.#findNext(now);
      if (next === undefined) return { entered, expelled };
      this.#waiting.remove(next.visitor);
      this.#enter(next.visitor, next.place, next.expelled, now);
      entered.push(next.visitor);
      expelled.push(...next.expelled);
    }
  }

  /** A handshake from this address failed for a reason of its own, or was not finished in time. */
  fail(address: string, now: number): void {
    this.#save(this.#identify(address).key, -1, now);
  }

  /** A handshake from this address was left before its end. */
  abandon(address: string, now: number): void {
    this.#save(this.#identify(address).key, -ABANDONED, now);
  }

  /** A member came from this address: it has an allowance of its own from now on. */
  succeed(address: string, now: number): void {
    this.#members.set(address, true);
    if (this.#credits.has(address)) this.#save(address, ABANDONED, now);
  }

  #identify(address: string): Pick<VisitorPlace, 'key' | 'isMember'> {
    const isMember = this.#members.has(address);
    return { key: isMember ? address : originOf(address), isMember };
  }

  /** Who has to go so that it can go in; undefined where it can't. */
  #findEntry(place: VisitorPlace, now: number): readonly Visitor[] | undefined {
    const allowance = this.#findAllowance(place.key, now);
    return allowance === 'free' ? this.#findRoom(place, now) : allowance;
  }

  /** Whether its own key lets one more in: `free` where there is room for it, or in the place of one of its own; undefined for no. */
  #findAllowance(key: string, now: number): 'free' | readonly Visitor[] | undefined {
    const { atOncePerOrigin } = this.#limits;
    const own = this.#inside.count(key);
    if (!this.#isNarrow(key, now)) return own < atOncePerOrigin ? 'free' : undefined;
    if (now - (this.#lastEntries.get(key) ?? Number.NEGATIVE_INFINITY) < NARROW.intervalMs) return undefined;
    if (own < Math.min(NARROW.atOnce, atOncePerOrigin)) return 'free';
    const first = this.#inside.findFirst(key);
    return first !== undefined && now - first.since >= NARROW.holdMs ? [first.visitor] : undefined;
  }

  /** Who has to go so that there is room for one more; undefined where nobody has to. */
  #findRoom({ key, isMember }: Pick<VisitorPlace, 'key' | 'isMember'>, now: number): readonly Visitor[] | undefined {
    const { atOnce, reserved } = this.#limits;
    const { size, strangers } = this.#inside;
    if (size < atOnce && (isMember || strangers < atOnce - reserved)) return [];
    const own = this.#inside.count(key);
    const busiest = this.#inside.findBusiest(isMember && strangers === 0);
    if (busiest === undefined) return undefined;
    if (busiest.count >= own + 2 || (isMember && own === 0 && !busiest.isMember)) {
      return listFirst(this.#inside.findFirst(busiest.key));
    }
    const stranger = this.#inside.findFirstStranger();
    const isDue = !isMember && stranger !== undefined && now - stranger.since >= CROWDED_HOLD_MS;
    return isDue ? [stranger.visitor] : undefined;
  }

  #enter(visitor: Visitor, { key, isMember }: VisitorPlace, expelled: readonly Visitor[], now: number): void {
    for (const leaver of expelled) this.#inside.remove(leaver);
    this.#inside.add(visitor, { key, isMember, since: now });
    if (!this.#isNarrow(key, now)) return;
    // Who goes for another of his own did not finish.
    if (this.#inside.count(key) >= NARROW.atOnce) this.#save(key, -expelled.length, now);
    this.#lastEntries.set(key, now);
  }

  /** Who has to go so that it can wait; undefined where it can't. */
  #findWaitingRoom({ key, isMember }: VisitorPlace, now: number): readonly Visitor[] | undefined {
    const own = this.#waiting.count(key);
    if (own >= NARROW.waiting && this.#isNarrow(key, now)) return listFirst(this.#waiting.findFirst(key));
    if (this.#waiting.size < this.#limits.waiting) return [];
    const busiest = this.#waiting.findBusiest(true);
    if (busiest !== undefined && busiest.count >= own + 2) return listFirst(this.#waiting.findFirst(busiest.key));
    const stranger = this.#waiting.findFirstStranger();
    return isMember && stranger !== undefined ? [stranger.visitor] : undefined;
  }

  /**
   * Of those who may go in now: an address that had a member first, then who has the fewest inside, then who came first. Of an origin
   * that has failed too often the last one goes first: most of the others have come in vain and are gone.
   */
  #findNext(now: number): Next<Visitor> | undefined {
    const byKey = new Map<string, { readonly visitor: Visitor; readonly place: VisitorPlace }>();
    for (const [visitor, place] of this.#waiting) {
      if (!byKey.has(place.key) || this.#isNarrow(place.key, now)) byKey.set(place.key, { visitor, place });
    }
    let member: { readonly visitor: Visitor; readonly place: VisitorPlace } | undefined;
    let stranger: { readonly visitor: Visitor; readonly place: VisitorPlace } | undefined;
    for (const [key, candidate] of byKey) {
      const allowance = this.#findAllowance(key, now);
      if (allowance === undefined) continue;
      if (allowance !== 'free') return { ...candidate, expelled: allowance };
      const rival = candidate.place.isMember ? member : stranger;
      if (rival !== undefined && this.#inside.count(rival.place.key) <= this.#inside.count(key)) continue;
      if (candidate.place.isMember) member = candidate;
      else stranger = candidate;
    }
    for (const best of [member, stranger]) {
      const expelled = best === undefined ? undefined : this.#findRoom(best.place, now);
      if (best !== undefined && expelled !== undefined) return { ...best, expelled };
    }
    return undefined;
  }

  /** From its last failure that it has saved up until it has saved up half of them again. */
  #isNarrow(key: string, now: number): boolean {
    const saved = this.#savedBy(key, now);
    return saved < 1 || (saved < this.#limits.failures / 2 && this.#credits.get(key)?.wasNarrow === true);
  }

  #save(key: string, change: number, now: number): void {
    const wasNarrow = this.#isNarrow(key, now);
    const saved = Math.min(this.#limits.failures, Math.max(0, this.#savedBy(key, now) + change));
    this.#credits.set(key, { saved, at: now, wasNarrow: wasNarrow || saved < 1 });
  }

  #savedBy(key: string, now: number): number {
    const { failures, failuresPerSecond } = this.#limits;
    const known = this.#credits.get(key);
    if (known === undefined) return failures;
    return Math.min(failures, known.saved + ((now - known.at) / 1_000) * failuresPerSecond);
  }
}

function listFirst<Visitor>(first: { readonly visitor: Visitor } | undefined): readonly Visitor[] {
  return first === undefined ? [] : [first.visitor];
}
