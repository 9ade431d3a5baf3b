import { Recent } from '@mdns-ambassador/relay';
import type { Unknowns } from '@mdns-ambassador/relay/read-value';
import { PeerLink } from './link/peer-link.ts';
import type { PeerStream, PeerTransport } from './link/peer-stream.ts';
import { reach } from './link/reach.ts';
import type { LinkSet } from './link-set.ts';
import { keyOf } from './rules/directory.ts';
import type { PeerLine, PeerPlace } from './rules/line.ts';
import { Rate } from './rules/rate.ts';
import { SilenceWatch } from './silence-watch.ts';
import { ViewCalls } from './view-calls.ts';
import { ViewLookers } from './view-lookers.ts';
import { ViewTeller } from './view-teller.ts';
import { describeVisit, type ViewVisitor } from './visit-hello.ts';

/** Between two questions to each peer, while somebody looks. */
export const ASK_MS = 700;
/** Who has not answered for so long is not shown. */
export const STALE_MS = 5_000;
/** A place that could not be dialled is left alone for so long. */
const RETRY_MS = 10_000;
/** Places that are dialled for a look, those that were met last, and so many at once: anybody on the link can write that somebody listens there. */
const MAX_PLACES = 256;
const MAX_DIALS = 24;
/** Links of others for a look, either way. */
const MAX_GUESTS = 128;
/** Machines with rights for single services that show themselves, in all and of one address: they take no place from members. */
const MAX_SHOWN = 64;
const MAX_SHOWN_PER_ADDRESS = 8;
/** What each of those shows, at once and a second: it is asked every 700 ms. */
const SHOWS = { burst: 8, perSecond: 3 };

/** What a peer shows of itself: whoever reads it trusts no part of it. */
export interface PeerView {
  readonly shows: Unknowns;
  readonly address: string;
}

export interface ViewsOptions extends ViewVisitor {
  /** Elsewhere nobody is asked, and nobody is answered. */
  readonly isMesh: boolean;
  readonly transport: PeerTransport;
  readonly links: LinkSet;
  /** What this process shows; absent: nothing. */
  readonly describe?: () => Promise<object>;
}

/** Who came for a look alone: it looks here, or shows itself here because somebody does. */
interface Guest {
  readonly teller: ViewTeller;
  isLooking: boolean;
}

interface SeenView extends PeerView {
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
  readonly #seen = new Map<PeerLink, SeenView>();
  readonly #places = new Recent<string, PeerPlace>(MAX_PLACES);
  readonly #visits = new Map<string, Visit>();
  readonly #guests = new Map<PeerLink, Guest>();
  /** Who came to show itself, and is told of nothing. */
  readonly #shown = new Set<PeerLink>();
  readonly #calls: ViewCalls | undefined;
  /** Undefined where nobody is answered. */
  readonly #lookers: ViewLookers | undefined;
  /** Of those who came. */
  readonly #watch: SilenceWatch;
  readonly #onView = new Set<() => void>();
  #cancel: (() => void) | undefined;
  /** Under way. */
  readonly #dials = new Set<AbortController>();

  constructor(options: ViewsOptions) {
    const { isMesh, describe, clock } = options;
    this.#options = options;
    this.#lookers = isMesh && describe !== undefined ? new ViewLookers(clock, describe) : undefined;
    this.#watch = new SilenceWatch(clock, () => [...this.#guests.keys(), ...this.#shown]);
    this.#calls = isMesh && describe !== undefined ? new ViewCalls({ ...options, describe }) : undefined;
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

  /** Those who answer; those with links before those who came to show themselves. */
  list(): readonly PeerView[] {
    const now = this.#options.clock.now();
    const seen = [...this.#seen].filter(([, { at }]) => now - at < STALE_MS);
    const rank = (link: PeerLink): number => Number(this.#shown.has(link));
    return seen.toSorted(([a], [b]) => rank(a) - rank(b)).map(([, view]) => view);
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
    this.#lookers?.answer(teller);
  }

  /** What this process shows is another now, in more than its numbers: those who look are told before they ask again. */
  change(): void {
    this.#lookers?.change();
    this.#calls?.change();
  }

  /** Somebody came for a look alone, and has said hello. */
  receive(link: PeerLink): void {
    if (this.#guests.size >= MAX_GUESTS) {
      link.refuse('too many others look');
      return;
    }
    this.#guests.set(link, { teller: new ViewTeller(link), isLooking: false });
    if (this.#cancel !== undefined) link.tell({ kind: 'look' });
    this.#watch.start();
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
    if (!this.#isLinked(place)) this.#calls?.call(place, looker);
  }

  /** A machine with rights for single services came to show itself, and may do nothing else: it hears that somebody looks, and of nobody. */
  welcome(stream: PeerStream): void {
    const { clock } = this.#options;
    const { remoteAddress } = stream;
    const ofAddress = [...this.#shown].filter((link) => link.stream.remoteAddress === remoteAddress).length;
    if (this.#cancel === undefined || this.#shown.size >= MAX_SHOWN || ofAddress >= MAX_SHOWN_PER_ADDRESS) {
      stream.destroy();
      return;
    }
    const rate = new Rate(SHOWS.perSecond, SHOWS.burst);
    const link: PeerLink = new PeerLink(stream, describeVisit(this.#options), {
      isOurs: false,
      now: () => clock.now(),
      events: {
        greeted: () => link.tell({ kind: 'look' }),
        line: (line) => {
          if (!rate.take(1, clock.now())) link.hangUp('it says too much');
          else if (line.kind === 'view') this.take(link, line.shows);
        },
        ended: () => {
          this.#shown.delete(link);
          this.forget(link);
        },
      },
    });
    if (link.isOver) return;
    this.#shown.add(link);
    this.#watch.start();
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
    for (const link of this.#guests.keys()) void link.close();
    this.#guests.clear();
    this.#calls?.close();
    this.#lookers?.close();
    this.#watch.close();
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
    for (const link of this.#shown) void link.close();
    this.#shown.clear();
    this.#seen.clear();
  }

  #ask(): void {
    const { clock, links } = this.#options;
    this.#cancel = clock.after(ASK_MS, () => this.#ask());
    const now = clock.now();
    for (const { link } of links.list()) link.tell({ kind: 'look' });
    for (const [link, { isLooking }] of this.#guests) if (!isLooking) link.tell({ kind: 'look' });
    for (const link of this.#shown) if (link.hello !== undefined) link.tell({ kind: 'look' });
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
    const stream = await reach(place, this.#options, dial.signal);
    this.#dials.delete(dial);
    // The look has ended, or others were met since.
    if (dial.signal.aborted || this.#visits.get(key) !== visit) stream?.destroy();
    else if (stream !== undefined) visit.link = this.#open(stream, visit);
  }

  #open(stream: PeerStream, visit: Visit): PeerLink {
    const link: PeerLink = new PeerLink(stream, describeVisit(this.#options), {
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
