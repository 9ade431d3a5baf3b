import type { PeerLink } from './link/peer-link.ts';
import type { Linked } from './linked.ts';
import type { PeerCounters } from './peer-event.ts';
import { MAX_GREETING } from './rules/arrivals.ts';

type Totals = { -readonly [Name in Exclude<keyof PeerCounters, 'foreign' | `refused${string}`>]: number };

/** The links of one node, those that are at their greeting included, and what went over all that there were. */
export class LinkSet {
  readonly #linked = new Map<PeerLink, Linked>();
  /** Not greeted yet; the one who came first, first. */
  readonly #greeting = new Set<PeerLink>();
  readonly #totals: Totals = {
    linesReceived: 0,
    bytesReceived: 0,
    linesSent: 0,
    bytesSent: 0,
    malformed: 0,
    unknown: 0,
  };

  /** How many are greeted. */
  get size(): number {
    return this.#linked.size;
  }

  get totals(): Readonly<Totals> {
    const totals = { ...this.#totals };
    for (const link of this.#all()) addUp(totals, link);
    return totals;
  }

  /** Where links come from. */
  get addresses(): { readonly linked: readonly string[]; readonly greeting: readonly string[] } {
    const list = (links: Iterable<PeerLink>): readonly string[] => [...links].map(({ stream }) => stream.remoteAddress);
    return { linked: list(this.#linked.keys()), greeting: list(this.#greeting) };
  }

  /** Those that are greeted, as they are now. */
  list(): readonly Linked[] {
    return [...this.#linked.values()];
  }

  listGreeting(): readonly PeerLink[] {
    return [...this.#greeting];
  }

  /** Undefined while it is not greeted. */
  get(link: PeerLink): Linked | undefined {
    return this.#linked.get(link);
  }

  find(node: string): Linked | undefined {
    return this.list().find((linked) => linked.node === node);
  }

  /** Hangs up on the one that has said nothing for longest, where one more would be too many. */
  makeRoom(): void {
    const [oldest] = this.#greeting;
    if (this.#greeting.size >= MAX_GREETING) oldest?.hangUp('another needs its place');
  }

  /** It is to greet. */
  enter(link: PeerLink): void {
    this.#greeting.add(link);
  }

  /** It has greeted. */
  admit(linked: Linked): void {
    this.#greeting.delete(linked.link);
    this.#linked.set(linked.link, linked);
  }

  /** It goes, and was not admitted. */
  dismiss(link: PeerLink): void {
    if (this.#greeting.delete(link)) addUp(this.#totals, link);
  }

  /** It goes; whether it was the last of its node from its address. */
  remove({ link, node, address }: Linked): boolean {
    addUp(this.#totals, link);
    this.#linked.delete(link);
    return !this.list().some((other) => other.node === node && other.address === address);
  }

  clear(): void {
    this.#linked.clear();
  }

  advance(now: number): void {
    for (const link of this.#all()) link.advance(now);
  }

  /** When `advance` is to be called; Infinity without links. */
  nextDeadline(): number {
    return Math.min(Number.POSITIVE_INFINITY, ...this.#all().map((link) => link.nextDeadline()));
  }

  #all(): readonly PeerLink[] {
    return [...this.#linked.keys(), ...this.#greeting];
  }
}

function addUp(totals: Totals, { received, sent }: PeerLink): void {
  totals.linesReceived += received.lines;
  totals.bytesReceived += received.bytes;
  totals.linesSent += sent.lines;
  totals.bytesSent += sent.bytes;
  totals.malformed += received.malformed;
  totals.unknown += received.unknown;
}
