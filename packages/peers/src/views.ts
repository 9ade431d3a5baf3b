import type { Clock } from '@mdns-ambassador/mdns';
import { Recent } from '@mdns-ambassador/relay';
import { PeerLink } from './link/peer-link.ts';
import type { PeerStream, PeerTransport } from './link/peer-stream.ts';
import type { LinkSet } from './link-set.ts';
import type { Linked } from './linked.ts';
import { keyOf } from './rules/directory.ts';
import type { HelloLine, PeerPlace } from './rules/line.ts';
import type { Unknowns } from './rules/read-value.ts';

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

interface Seen extends PeerView {
  readonly at: number;
}

/** A link for a look alone: the other side is told of nothing, and of it nobody is. */
interface Visit {
  link: PeerLink | undefined;
  dueAt: number;
}

/**
 * What members show of themselves, asked for while somebody looks: over the links that are there, and over links of their own to those who were
 * met by multicast, which end with the look.
 */
export class Views {
  readonly #options: ViewsOptions;
  readonly #seen = new Map<PeerLink, Seen>();
  readonly #places = new Recent<string, PeerPlace>(MAX_PLACES);
  readonly #visits = new Map<string, Visit>();
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
      if (this.#onView.size === 0) this.close();
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
  answer(linked: Linked): void {
    const { isMesh, describe, clock } = this.#options;
    if (!isMesh || describe === undefined || !linked.mayLook(clock.now())) return;
    describe().then(
      (shows) => linked.tellView(shows),
      () => undefined,
    );
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

  /** Ends every look. Idempotent. */
  close(): void {
    this.#onView.clear();
    this.#cancel?.();
    this.#cancel = undefined;
    for (const dial of this.#dials) dial.abort();
    this.#dials.clear();
    for (const { link } of this.#visits.values()) void link?.close();
    this.#visits.clear();
    this.#seen.clear();
  }

  #ask(): void {
    const { clock, links } = this.#options;
    this.#cancel = clock.after(ASK_MS, () => this.#ask());
    const now = clock.now();
    for (const { link } of links.list()) link.tell({ kind: 'look' });
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
    const { clock, transport, hello } = this.#options;
    const dial = new AbortController();
    this.#dials.add(dial);
    const cancel = clock.after(DIAL_TIMEOUT_MS, () => dial.abort());
    try {
      const stream = await transport.dial(place, dial.signal);
      // The look has ended, or others were met since.
      if (dial.signal.aborted || this.#visits.get(key) !== visit) stream.destroy();
      else visit.link = this.#open(stream, hello(), visit);
    } catch {
      // It is tried again.
    } finally {
      cancel();
      this.#dials.delete(dial);
    }
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
