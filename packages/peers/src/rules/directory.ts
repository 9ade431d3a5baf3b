import type { Random } from '@mdns-ambassador/mdns';
import { type BackoffLimits, backoffMs } from '@mdns-ambassador/relay/backoff';
import type { PeerPlace } from './line.ts';
import { Rate } from './rate.ts';

/** Why a place is known. */
export type PlaceOrigin =
  /** A person wrote it. */
  | 'named'
  /** A link was there in a former run. */
  | 'remembered'
  /** Its TXT `peer` was heard by multicast. */
  | 'met'
  /** A peer told of it. */
  | 'told';

/** Places known at once; of those that nobody named, the one heard of longest ago is forgotten first. */
export const MAX_KNOWN_PLACES = 256;
/** Dials at once. */
const MAX_DIALS = 24;
/** Dials of places that others told of: at once, and a second. */
const TOLD_BURST = 64;
const TOLD_PER_SECOND = 2;
/** The one of two nodes whose number is higher leaves the other this time to dial. */
const COURTESY_MS = 1_500;
/** Between two dials of one place. */
const RETRY = { firstMs: 400, maxMs: 8_000 };
/** The same of an address that a person named. */
const NAMED_RETRY = { firstMs: 400, maxMs: 1_500 };
/** The same where that machine is there, and nobody listens yet: whoever comes up is met within a second. Who turns us away is not dialled as often. */
const AWAITED_RETRY = { firstMs: 400, maxMs: 700 };
/** The same of a place that was never reached and that nobody named. */
const HEARSAY_RETRY = { firstMs: 2_400, maxMs: 240_000 };
/** Such a place is forgotten after so many dials. */
const MAX_HEARSAY_FAILURES = 5;

export interface KnownPlace {
  readonly key: string;
  readonly place: PeerPlace;
  readonly origin: PlaceOrigin;
  /** Who was there last, or is said to be. */
  readonly node: string | undefined;
  /** A link was there, in this run. */
  readonly hasLinked: boolean;
}

interface DirectoryEntry {
  readonly key: string;
  readonly place: PeerPlace;
  origin: PlaceOrigin;
  node: string | undefined;
  hasLinked: boolean;
  failures: number;
  dueAt: number;
  /** Who is there is heard by multicast. */
  isHeard: boolean;
  /** Somebody who was met there by multicast is not heard any more. */
  isAsked: boolean;
  state: 'idle' | 'dialling' | 'self';
}

export interface DirectoryOptions {
  /** The own node number. */
  readonly self: string;
  /** Nobody can dial us: we do. */
  readonly isDialledByOthers: () => boolean;
  readonly random: Random;
}

/** Where peers may be, and which place is dialled when. Pure: times are milliseconds of one monotonic clock. */
export class Directory {
  readonly #options: DirectoryOptions;
  readonly #entries = new Map<string, DirectoryEntry>();
  readonly #toldRate = new Rate(TOLD_PER_SECOND, TOLD_BURST);

  constructor(options: DirectoryOptions) {
    this.#options = options;
  }

  list(): readonly KnownPlace[] {
    return [...this.#entries.values()].filter(({ state }) => state !== 'self');
  }

  /** Where somebody is who is heard by multicast. */
  listHeard(): readonly PeerPlace[] {
    return [...this.#entries.values()]
      .filter(({ isHeard, state }) => isHeard && state !== 'self')
      .map(({ place }) => place);
  }

  /** Who is there is heard by multicast. Whether that is news. */
  meet(place: PeerPlace, now: number): boolean {
    this.add(place, 'met', now);
    const entry = this.#entries.get(keyOf(place));
    if (entry === undefined || entry.isHeard) return false;
    entry.isHeard = true;
    return true;
  }

  /** One more place; what is known of one stays, and a better origin counts. */
  add(place: PeerPlace, origin: PlaceOrigin, now: number, node?: string): void {
    const key = keyOf(place);
    const known = this.#entries.get(key);
    if (known !== undefined) {
      if (known.state === 'self') return;
      if (RANKS[origin] < RANKS[known.origin]) known.origin = origin;
      // Another process is there now: it is worth a dial at once.
      if (node !== undefined && node !== known.node) {
        known.node = node;
        known.failures = 0;
        known.dueAt = this.#isCourteous(node, origin) ? now + COURTESY_MS : now;
      }
      return;
    }
    if (node === this.#options.self) return;
    if (this.#entries.size >= MAX_KNOWN_PLACES && !this.#makeRoom(origin)) return;
    const dueAt = node !== undefined && this.#isCourteous(node, origin) ? now + COURTESY_MS : now;
    this.#entries.set(key, {
      key,
      place,
      origin,
      node,
      hasLinked: false,
      failures: 0,
      dueAt,
      isHeard: false,
      isAsked: false,
      state: 'idle',
    });
  }

  /** Dials it once, whatever multicast brings. */
  ask(place: PeerPlace, now: number): void {
    this.add(place, 'met', now);
    const entry = this.#entries.get(keyOf(place));
    if (entry === undefined) return;
    entry.isHeard = false;
    entry.isAsked = true;
    entry.dueAt = Math.min(entry.dueAt, now);
  }

  /** Those to dial now, which count as being dialled; not where there is a link with who is there. `isSilent`: multicast brings nothing. */
  takeDue(now: number, isLinked: (node: string) => boolean, isSilent: boolean): readonly KnownPlace[] {
    const entries = [...this.#entries.values()];
    let room = MAX_DIALS - entries.filter(({ state }) => state === 'dialling').length;
    const due: DirectoryEntry[] = [];
    for (const entry of entries.toSorted((a, b) => RANKS[a.origin] - RANKS[b.origin])) {
      if (room <= 0) break;
      if (!this.#isWanted(entry, isLinked, isSilent) || entry.dueAt > now) continue;
      if (entry.origin === 'told' && !entry.hasLinked && !this.#toldRate.take(1, now)) break;
      entry.state = 'dialling';
      entry.isAsked = false;
      due.push(entry);
      room -= 1;
    }
    return due;
  }

  /** When `takeDue` has something again; Infinity for never, as things stand. */
  nextDeadline(isLinked: (node: string) => boolean, isSilent: boolean): number {
    let deadline = Number.POSITIVE_INFINITY;
    for (const entry of this.#entries.values()) {
      if (this.#isWanted(entry, isLinked, isSilent)) deadline = Math.min(deadline, entry.dueAt);
    }
    return deadline;
  }

  /** There is a link, and `node` is there; our own number for a place of ours, which is not dialled again. */
  linked(key: string, node: string): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.node = node;
    entry.failures = 0;
    entry.state = node === this.#options.self ? 'self' : 'idle';
    entry.hasLinked = entry.state !== 'self';
  }

  /** The dial failed; `isAwaited`: the machine is there, and nobody listens. */
  failed(key: string, now: number, isAwaited = false): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    entry.state = 'idle';
    entry.failures += 1;
    const isHearsay = !entry.hasLinked && entry.origin !== 'named';
    if (isHearsay && entry.failures >= MAX_HEARSAY_FAILURES && entry.origin === 'told') this.#entries.delete(key);
    entry.dueAt =
      now + backoffMs(entry.failures, isHearsay ? HEARSAY_RETRY : retryOf(entry, isAwaited), this.#options.random);
  }

  /** The link is over: it is dialled again soon, and at once where it was lost. */
  lost(key: string, now: number): void {
    const entry = this.#entries.get(key);
    if (entry === undefined || entry.state === 'self') return;
    entry.state = 'idle';
    entry.dueAt = now + RETRY.firstMs * this.#options.random();
  }

  #isWanted(
    { state, node, origin, hasLinked, isAsked }: DirectoryEntry,
    isLinked: (node: string) => boolean,
    isSilent: boolean,
  ): boolean {
    if (state !== 'idle' || (node !== undefined && isLinked(node))) return false;
    return origin === 'named' || origin === 'told' || hasLinked || isAsked || isSilent;
  }

  /** Two that hear of one another do not dial both. */
  #isCourteous(node: string, origin: PlaceOrigin): boolean {
    return origin === 'told' && this.#options.isDialledByOthers() && this.#options.self > node;
  }

  #makeRoom(origin: PlaceOrigin): boolean {
    for (const rank of ['told', 'met', 'remembered'] as const) {
      if (RANKS[origin] > RANKS[rank]) return false;
      for (const entry of this.#entries.values()) {
        if (entry.origin !== rank || entry.hasLinked || entry.state !== 'idle') continue;
        this.#entries.delete(entry.key);
        return true;
      }
    }
    return false;
  }
}

/** A name costs a look-up each time. */
function retryOf({ origin, place }: DirectoryEntry, isAwaited: boolean): BackoffLimits {
  if (origin !== 'named' || !isLiteral(place.host)) return RETRY;
  return isAwaited ? AWAITED_RETRY : NAMED_RETRY;
}

function isLiteral(host: string): boolean {
  return host.includes(':') || /^[\d.]+$/.test(host);
}

const RANKS: Readonly<Record<PlaceOrigin, number>> = { named: 0, remembered: 1, met: 2, told: 3 };

/** `10.0.0.3:5350`, `[fd00::3]:5350` */
export function keyOf({ host, port }: PeerPlace): string {
  return host.includes(':') ? `[${host.toLowerCase()}]:${port}` : `${host.toLowerCase()}:${port}`;
}
