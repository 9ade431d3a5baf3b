import { Recent } from '@mdns-ambassador/relay';
import type { PeerLink } from './link/peer-link.ts';
import type { OwnServices } from './own-services.ts';
import { keyOf } from './rules/directory.ts';
import { type HelloLine, MAX_NOTICES, MAX_PLACES, MAX_TOLD, type PeerPlace, type PeersLine } from './rules/line.ts';
import { mayPassOn } from './rules/pass-on.ts';
import { Rate } from './rules/rate.ts';
import { MAX_ORIGINS, type PeerOrigin } from './rules/table.ts';
import { ViewTeller } from './view-teller.ts';

/** Words about others that were not believed, after which a link ends. */
const MAX_FOREIGN = 32;
/** Of a mesh, and of the one that it was before. */
const MAX_KNOWN_NOTICES = 2 * MAX_NOTICES;
const MAX_TOLD_PEERS = 1_024;
/** Words that somebody looks, of one link: each is told to all who listen nowhere. */
const LOOKINGS = { burst: 4, perSecond: 1 };

/** A link, and where its other side listens as others reach it. */
export interface PlacedLink {
  readonly linked: Linked;
  readonly place: PeerPlace;
}

/** A link whose other side has said who it is, and what that one was told. */
export class Linked {
  readonly link: PeerLink;
  /** Of the other side. */
  readonly node: string;
  readonly clockAheadMs: number;
  readonly views: ViewTeller;
  readonly #lookings = new Rate(LOOKINGS.perSecond, LOOKINGS.burst);
  isExamined = false;
  /** Whom the other side has links with, as it says; undefined until it does. */
  links: ReadonlySet<string> | undefined;
  /** The address by which people were told of it: that of the first of several links with it. */
  readonly toldAs: string;
  /** Stands for all that the other side knows of what keepers have said; undefined while it has told nothing of it. */
  digest: string | undefined;
  #foreign = 0;
  #toldDigest: string | undefined;
  /** What this link was told of that, or told us. */
  #notices: ReadonlySet<string> = new Set();
  #toldOwn: number | undefined;
  /** By origin: the number of its state. */
  readonly #told = new Recent<string, number>(MAX_ORIGINS);
  #toldLinks: string | undefined;
  /** Words about others that this link was told, or told us. */
  readonly #toldPeers = new Set<string>();
  /** Whom the other side has said that it has links with. */
  readonly #peers = new Set<string>();

  /** `before`: the link in whose place it comes. */
  constructor(link: PeerLink, node: string, clockAheadMs: number, before?: Linked) {
    this.toldAs = before?.toldAs ?? link.stream.remoteAddress;
    this.link = link;
    this.views = new ViewTeller(link);
    this.node = node;
    this.clockAheadMs = clockAheadMs;
  }

  get address(): string {
    return this.link.stream.remoteAddress;
  }

  /** Whether what it says of who looks counts now; it counts. */
  mayTellOfLook(now: number): boolean {
    return this.#lookings.take(1, now);
  }

  /** What we announce where that is news, else that we live. */
  tellOwn(own: OwnServices): void {
    const isKnown = (this.#toldOwn ?? 0) === own.stateSeq;
    if (!isKnown) this.#toldOwn = own.stateSeq;
    this.link.tell(isKnown ? own.describeBeat() : own.describeState());
  }

  /** The same of another, if it is for us to tell. `linksOfOrigin`: as {@link mayPassOn} has it. */
  passOn(origin: PeerOrigin, self: string, linksOfOrigin: ReadonlySet<string> | undefined, now: number): void {
    const { key, node, seq, stateSeq, heardAt, addresses, services, teller } = origin;
    // Whom it hears itself is not known before it says so.
    if (this.links === undefined) return;
    const question = { self, origin: node, listener: this.node, linksOfListener: this.links, linksOfOrigin };
    if (!mayPassOn({ ...question, teller: teller.node })) return;
    const age = Math.round(now - heardAt);
    if (this.#told.get(key) === stateSeq) {
      this.link.tell({ kind: 'beat', origin: node, seq, age });
      return;
    }
    this.#told.set(key, stateSeq);
    this.link.tell({ kind: 'state', origin: node, seq, age, addresses, services });
  }

  /** That an origin has left, where it was told of it. */
  passOnBye({ key, node }: PeerOrigin, seq: number): void {
    if (this.#told.delete(key)) this.link.tell({ kind: 'bye', origin: node, seq });
  }

  /** At first at once, and then with a beat: they are others all the time while many start. */
  tellLinks(nodes: readonly string[], heard: readonly string[], isBeat: boolean): void {
    const text = nodes.join();
    if (text === this.#toldLinks || (this.#toldLinks !== undefined && !isBeat)) return;
    this.#toldLinks = text;
    this.link.tell({ kind: 'links', nodes, heard });
  }

  /** The other side has links with these: neither needs to be told of the other. */
  notePeers(peers: PeersLine['peers']): void {
    for (const { node, places } of peers) {
      this.#peers.add(node);
      forgetOldest(this.#peers, MAX_TOLD_PEERS);
      for (const place of places) this.#noteTold(wordOf(node, place));
    }
  }

  /** Where others listen, and where some are heard by multicast, as far as it was not told before. */
  tellPeers(others: readonly PlacedLink[], met: readonly PeerPlace[] = []): void {
    const peers = new Map<string, readonly PeerPlace[]>();
    for (const { linked, place } of others) {
      const { node } = linked;
      const word = wordOf(node, place);
      const places = peers.get(node) ?? [];
      if (node === this.node || linked.#peers.has(this.node)) continue;
      if (this.#toldPeers.has(word) || places.length >= MAX_PLACES) continue;
      if (places.length === 0 && peers.size >= MAX_TOLD) continue;
      this.#noteTold(word);
      peers.set(node, [...places, place]);
    }
    const heard = this.#takeUntold(
      met,
      others.map(({ place }) => place),
    );
    if (peers.size === 0 && heard.length === 0) return;
    this.link.tell({
      kind: 'peers',
      peers: [...peers].map(([node, places]) => ({ node, places })),
      ...(heard.length === 0 ? {} : { met: heard }),
    });
  }

  /** What keepers have said, as far as the other side may not know it. */
  tellNotices(digest: string, texts: readonly string[]): void {
    if (digest === this.#toldDigest) return;
    this.#toldDigest = digest;
    const notices = texts.filter((text) => !this.#notices.has(text));
    this.#notices = new Set(texts);
    for (let told = 0; told === 0 || told < notices.length; told += MAX_NOTICES) {
      this.link.tell({ kind: 'notices', digest, notices: notices.slice(told, told + MAX_NOTICES) });
    }
  }

  /** The other side knows these. */
  noteNotices(digest: string, texts: readonly string[]): void {
    this.digest = digest;
    this.#notices = new Set([...texts, ...this.#notices].slice(0, MAX_KNOWN_NOTICES));
  }

  /** It said something of another that is not its to say. */
  noteForeign(): void {
    this.#foreign += 1;
    if (this.#foreign > MAX_FOREIGN) this.link.refuse('it speaks for others');
  }

  /** Those of places that it was not told of, and that are not its own. They count as told. */
  #takeUntold(met: readonly PeerPlace[], linked: readonly PeerPlace[]): readonly PeerPlace[] {
    const known = new Set(linked.map(keyOf));
    const own = this.link.hello === undefined ? undefined : placeOf(this.link, this.link.hello);
    if (own !== undefined) known.add(keyOf(own));
    const untold = met
      .filter((place) => !known.has(keyOf(place)) && !this.#toldPeers.has(keyOf(place)))
      .slice(0, MAX_TOLD);
    for (const place of untold) this.#noteTold(keyOf(place));
    return untold;
  }

  #noteTold(word: string): void {
    this.#toldPeers.add(word);
    forgetOldest(this.#toldPeers, MAX_TOLD_PEERS);
  }
}

function wordOf(node: string, place: PeerPlace): string {
  return `${node} ${keyOf(place)}`;
}

/** Where the other side listens; undefined where it does not. */
export function placeOf({ stream }: PeerLink, { port }: HelloLine): PeerPlace | undefined {
  return port === undefined ? undefined : { host: stream.remoteAddress, port };
}

function forgetOldest(remembered: Set<string>, most: number): void {
  const oldest = remembered.keys().next();
  if (remembered.size > most && oldest.done !== true) remembered.delete(oldest.value);
}
