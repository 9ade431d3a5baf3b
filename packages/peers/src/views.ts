import type { Clock } from '@mdns-ambassador/mdns';
import { Recent } from '@mdns-ambassador/relay';
import { PeerLink } from './link/peer-link.ts';
import type { PeerStream, PeerTransport } from './link/peer-stream.ts';
import type { LinkSet } from './link-set.ts';
import { keyOf } from './rules/directory.ts';
import type { HelloLine, PeerLine, PeerPlace } from './rules/line.ts';
import { Rate } from './rules/rate.ts';
import type { Unknowns } from './rules/read-value.ts';
import { SILENCE_MS } from './rules/table.ts';
import { ViewTeller } from './view-teller.ts';

/** Between two questions to each peer, while somebody looks. */
export const ASK_MS = 700;
/** Who has not answered for so long is not shown. */
export const STALE_MS = 5_000;
const DIAL_TIMEOUT_MS = 3_000;
/** A place that could not be dialled is left alone for so long. */
const RETRY_MS = 10_000;
/** Places that are dialled for a look, those that were met last, and so many at once: anybody on the link can write that somebody listens there. */
const MAX_PLACES = 256;
const MAX_DIALS = 24;
/** Links of others for a look, either way. */
const MAX_GUESTS = 128;
/** Who looks is called at, so many at once; how many in all, and a second: anybody on the link can write that he looks. */
const MAX_CALLS = 8;
const CALLS = { burst: 8, perSecond: 1 };
const MAX_CALLED = 64;

/** What a peer shows of itself: whoever reads it trusts no part of it. */
export interface PeerView {
  readonly shows: Unknowns;
  readonly address: string;
}

export interface ViewsOptions {
  /** Elsewhere nobody is asked, and nobody is answered. */
  readonly isMesh: boolean;
  readonly clock: Clock;
  readonly transport: PeerTransport;
  readonly links: LinkSet;
  /** What this process shows; undefined: nothing. */
  readonly describe: (() => Promise<object>) | undefined;
  /** What is said first on a link of its own; another at each call. */
  readonly hello: () => HelloLine;
}

/** Who came for a look alone: it looks here, or shows itself here because somebody does. */
interface Guest {
  readonly teller: ViewTeller;
  isLooking: boolean;
}

interface Seen extends PeerView {
  readonly at: number;
}

/** A link for a look alone: the other side is told of nothing, and of it nobody is. */
interface Visit {
  link: PeerLink | undefined;
  dueAt: number;
}

/**
 * What members show of themselves, asked for while somebody looks: over the links that are there, over links of their own to those who were
 * met by multicast, and over those that came from who listens nowhere and has heard that somebody looks. They end with the look.
 */
export class Views {
  readonly #options: ViewsOptions;
  readonly #seen = new Map<PeerLink, Seen>();
  readonly #places = new Recent<string, PeerPlace>(MAX_PLACES);
  readonly #visits = new Map<string, Visit>();
  readonly #guests = new Map<PeerLink, Guest>();
  /** By who looks there. */
  readonly #calls = new Map<string, PeerLink | undefined>();
  readonly #called = new Recent<string, number>(MAX_CALLED);
  readonly #callRate = new Rate(CALLS.perSecond, CALLS.burst);
  #cancelWatch: (() => void) | undefined;
  readonly #onView = new Set<() => void>();
  #cancel: (() => void) | undefined;
  /** Under way. */
  readonly #dials = new Set<AbortController>();

  constructor(options: ViewsOptions) {
    this.#options = options;
  }

  /** Somebody looks until the returned function is called; `onView`: somebody shows something else. */
  look(onView: () => void): () => void {
    const listener = (): void => onView();
    this.#onView.add(listener);
    if (this.#options.isMesh && this.#cancel === undefined) this.#ask();
    return () => {
      this.#onView.delete(listener);
      if (this.#onView.size === 0) this.#endLooks();
    };
  }

  /** Those who answer. */
  list(): readonly PeerView[] {
    const now = this.#options.clock.now();
    return [...this.#seen.values()].filter(({ at }) => now - at < STALE_MS);
  }

  /** An announcer listens there. */
  meet(place: PeerPlace): void {
    const forgotten = this.#places.set(keyOf(place), place);
    if (forgotten === undefined) return;
    const key = keyOf(forgotten);
    this.#visits.get(key)?.link?.hangUp('others were met since');
    this.#visits.delete(key);
  }

  /** Answers who looks. */
  answer(teller: ViewTeller): void {
    const { isMesh, describe, clock } = this.#options;
    if (!isMesh || describe === undefined || !teller.mayLook(clock.now())) return;
    describe().then(
      (shows) => teller.tell(shows),
      () => undefined,
    );
  }

  /** Somebody came for a look alone, and has said hello. */
  receive(link: PeerLink): void {
    if (this.#guests.size >= MAX_GUESTS) {
      link.refuse('too many others look');
      return;
    }
    this.#guests.set(link, { teller: new ViewTeller(link), isLooking: false });
    if (this.#cancel !== undefined) link.tell({ kind: 'look' });
    this.#watch();
  }

  /** What one of those said; false where it is none. */
  takeGuest(link: PeerLink, line: PeerLine): boolean {
    const guest = this.#guests.get(link);
    if (guest === undefined) return false;
    if (line.kind === 'look') {
      guest.isLooking = true;
      this.answer(guest.teller);
    } else if (line.kind === 'view') this.take(link, line.shows);
    return true;
  }

  /** It has left; false where it is none of those. */
  forgetGuest(link: PeerLink): boolean {
    if (!this.#guests.delete(link)) return false;
    this.forget(link);
    return true;
  }

  /** Somebody, `looker`, says that he looks, and listens there: whoever listens nowhere shows itself so. Within bounds, whoever says it. */
  call(place: PeerPlace, looker: string): void {
    const { isMesh, describe, clock } = this.#options;
    const now = clock.now();
    if (!isMesh || describe === undefined || this.#calls.has(looker) || this.#calls.size >= MAX_CALLS) return;
    if (now - (this.#called.get(looker) ?? Number.NEGATIVE_INFINITY) < RETRY_MS || this.#isLinked(place)) return;
    if (!this.#callRate.take(1, now)) return;
    this.#called.set(looker, now);
    this.#calls.set(looker, undefined);
    void this.#show(place, looker);
  }

  /** Takes what somebody shows; undefined: the same as before. */
  take(link: PeerLink, shows: Unknowns | undefined): void {
    const known = shows ?? this.#seen.get(link)?.shows;
    if (this.#cancel === undefined || known === undefined) return;
    this.#seen.set(link, { shows: known, address: link.stream.remoteAddress, at: this.#options.clock.now() });
    if (shows === undefined) return;
    for (const listener of this.#onView) listener();
  }

  forget(link: PeerLink): void {
    if (!this.#seen.delete(link)) return;
    for (const listener of this.#onView) listener();
  }

  /** Ends every look, here and at others. Idempotent. */
  close(): void {
    this.#endLooks();
    for (const link of [...this.#guests.keys(), ...this.#calls.values()]) void link?.close();
    this.#guests.clear();
    this.#calls.clear();
    this.#cancelWatch?.();
    this.#cancelWatch = undefined;
  }

  #endLooks(): void {
    this.#onView.clear();
    this.#cancel?.();
    this.#cancel = undefined;
    for (const dial of this.#dials) dial.abort();
    this.#dials.clear();
    for (const { link } of this.#visits.values()) void link?.close();
    this.#visits.clear();
    for (const [link, { isLooking }] of this.#guests) {
      if (isLooking) continue;
      this.#guests.delete(link);
      void link.close();
    }
    this.#seen.clear();
  }

  #ask(): void {
    const { clock, links } = this.#options;
    this.#cancel = clock.after(ASK_MS, () => this.#ask());
    const now = clock.now();
    for (const { link } of links.list()) link.tell({ kind: 'look' });
    for (const [link, { isLooking }] of this.#guests) if (!isLooking) link.tell({ kind: 'look' });
    const dueAt = (key: string): number => this.#visits.get(key)?.dueAt ?? now;
    // Who waits for longest is first.
    for (const [key, place] of [...this.#places].toSorted(([a], [b]) => dueAt(a) - dueAt(b)))
      this.#visit(key, place, now);
  }

  #visit(key: string, place: PeerPlace, now: number): void {
    const visit = this.#visits.get(key) ?? { link: undefined, dueAt: now };
    this.#visits.set(key, visit);
    if (visit.link !== undefined) {
      visit.link.advance(now);
      if (visit.link.hello !== undefined) visit.link.tell({ kind: 'look' });
      return;
    }
    if (now < visit.dueAt || this.#dials.size >= MAX_DIALS || this.#isLinked(place)) return;
    visit.dueAt = now + RETRY_MS;
    void this.#dial(key, visit, place);
  }

  async #dial(key: string, visit: Visit, place: PeerPlace): Promise<void> {
    const dial = new AbortController();
    this.#dials.add(dial);
    const stream = await this.#reach(place, dial);
    this.#dials.delete(dial);
    // The look has ended, or others were met since.
    if (dial.signal.aborted || this.#visits.get(key) !== visit) stream?.destroy();
    else if (stream !== undefined) visit.link = this.#open(stream, this.#options.hello(), visit);
  }

  /** Undefined where nobody is: it is tried again. */
  async #reach(place: PeerPlace, dial: AbortController): Promise<PeerStream | undefined> {
    const { clock, transport } = this.#options;
    const cancel = clock.after(DIAL_TIMEOUT_MS, () => dial.abort());
    try {
      return await transport.dial(place, dial.signal);
    } catch {
      return undefined;
    } finally {
      cancel();
    }
  }

  async #show(place: PeerPlace, looker: string): Promise<void> {
    const stream = await this.#reach(place, new AbortController());
    if (stream === undefined || !this.#calls.has(looker)) {
      stream?.destroy();
      this.#calls.delete(looker);
      return;
    }
    const link: PeerLink = new PeerLink(stream, this.#options.hello(), {
      isOurs: true,
      now: () => this.#options.clock.now(),
      events: {
        greeted: () => undefined,
        line: (line) => {
          if (line.kind === 'look') this.answer(teller);
        },
        ended: () => this.#calls.delete(looker),
      },
    });
    const teller = new ViewTeller(link);
    this.#calls.set(looker, link);
    this.#watch();
  }

  /** Hangs up on guests, and on those who are called at, when they are silent. */
  #watch(): void {
    this.#cancelWatch ??= this.#options.clock.after(SILENCE_MS / 2, () => {
      this.#cancelWatch = undefined;
      const links = [...this.#guests.keys(), ...this.#calls.values()].filter((link) => link !== undefined);
      for (const link of links) link.advance(this.#options.clock.now());
      if (this.#guests.size + this.#calls.size > 0) this.#watch();
    });
  }

  #open(stream: PeerStream, hello: HelloLine, visit: Visit): PeerLink {
    const link: PeerLink = new PeerLink(stream, hello, {
      isOurs: true,
      now: () => this.#options.clock.now(),
      events: {
        greeted: () => link.tell({ kind: 'look' }),
        line: (line) => {
          if (line.kind === 'view') this.take(link, line.shows);
        },
        ended: () => {
          visit.link = undefined;
          this.forget(link);
        },
      },
    });
    return link;
  }

  #isLinked({ host, port }: PeerPlace): boolean {
    return this.#options.links.list().some(({ link, address }) => address === host && link.hello?.port === port);
  }
}
