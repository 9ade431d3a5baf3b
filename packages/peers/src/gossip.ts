import type { Clock } from '@mdns-ambassador/mdns';
import { isLoopback } from '@mdns-ambassador/relay';
import type { LinkSet } from './link-set.ts';
import { type Linked, placeOf } from './linked.ts';
import { OwnServices } from './own-services.ts';
import type { BeatLine, ByeLine, LinksLine, PeerPlace, PeerService, StateLine } from './rules/line.ts';
import { type PeerOrigin, PeerTable } from './rules/table.ts';

/** What is told of other peers waits for more of it. */
const GATHER_MS = 50;

export interface GossipOptions {
  /** The own node number. */
  readonly self: string;
  readonly isMesh: boolean;
  readonly clock: Clock;
  readonly links: LinkSet;
  /** See {@link PeerNodeOptions}. */
  readonly addresses: () => readonly string[];
  readonly isOwn: (address: string) => boolean;
  /** Where others listen who are heard by multicast. */
  readonly listHeard: () => readonly PeerPlace[];
  /** What is known of others may be another. */
  readonly onChange: (lost: 'goodbye' | 'expired') => void;
}

/** What peers tell each other of what is announced, and of one another. */
export class Gossip {
  readonly #options: GossipOptions;
  readonly #table: PeerTable;
  readonly #own: OwnServices;
  readonly #refused = { origins: 0, foreign: 0 };
  #cancelGather: (() => void) | undefined;

  constructor(options: GossipOptions) {
    this.#options = options;
    this.#table = new PeerTable(options.self, options.isMesh);
    this.#own = new OwnServices(options.self);
  }

  /** Origins for which there was no room, and words about others that were not believed. */
  get refused(): { readonly origins: number; readonly foreign: number } {
    return { ...this.#refused };
  }

  /** All who are heard of. */
  list(): readonly PeerOrigin[] {
    return this.#table.list();
  }

  countServices(node: string): number {
    return this.#table.find(node).reduce((sum, { services }) => sum + services.length, 0);
  }

  /** Whether this is news that can be told. */
  set(id: string, service: PeerService | undefined): boolean {
    return this.#own.set(id, service);
  }

  /** Renews what is told of this node, and tells nobody. */
  renew(): void {
    this.#own.beat(this.#options.addresses());
  }

  /** Tells everybody that this node lives, and who it has links with. */
  beat(): void {
    this.renew();
    this.tellOwn();
    this.#tellLinks(true);
  }

  tellOwn(): void {
    for (const linked of this.#options.links.list()) linked.tellOwn(this.#own);
  }

  /** Tells a new link what is announced here, and soon everybody of it. */
  welcome(linked: Linked): void {
    if (this.#own.stateSeq > 0) linked.tellOwn(this.#own);
    this.gather();
  }

  /** The goodbye, and nothing after it. */
  leave(): void {
    this.#cancelGather?.();
    const bye = this.#own.describeBye();
    for (const { link } of this.#options.links.list()) link.tell(bye);
  }

  /** The last link of the node from this address is over. */
  detach({ node, address }: Linked): void {
    this.#table.detach(node, address);
  }

  /** Forgets who has said nothing for too long. */
  advance(now: number): void {
    for (const { node, address, link } of this.#options.links.list()) this.#table.hear(node, address, link.heardAt);
    if (this.#table.advance(now).length > 0) this.#options.onChange('expired');
  }

  nextDeadline(): number {
    return this.#table.nextDeadline();
  }

  /** Takes in what a peer says of itself or another. */
  take(linked: Linked, line: StateLine | BeatLine | ByeLine): void {
    const { clock, isOwn, onChange } = this.#options;
    const { node, address } = linked;
    const change = this.#table.take(line, { node, address, isFromThisHost: isOwn(address) }, clock.now());
    switch (change.kind) {
      case 'changed':
        onChange('goodbye');
        this.#passOn(change.origin, linked);
        break;
      case 'alive':
        this.#passOn(change.origin, linked);
        break;
      case 'left':
        onChange('goodbye');
        this.#passOnBye(change.origin, line.seq, linked);
        break;
      case 'foreign':
        this.#refused.foreign += 1;
        linked.noteForeign();
        break;
      case 'full':
        this.#refused.origins += 1;
        break;
      case 'stale':
        break;
      default:
        change satisfies never;
    }
  }

  /** Who a peer has links with, and hears of: it is told of the others. */
  takeLinks(linked: Linked, { nodes, heard }: LinksLine): void {
    if (!this.#options.isMesh) return;
    linked.links = new Set(nodes);
    for (const origin of this.#table.list()) if (!heard.includes(origin.node)) this.#passOnTo(linked, origin);
  }

  /** Tells of the links that are there, after those that come at the same time. */
  gather(): void {
    const { clock, links } = this.#options;
    this.#cancelGather ??= clock.after(GATHER_MS, () => {
      this.#cancelGather = undefined;
      const all = links.list();
      const others = all.flatMap((linked) => {
        const place = this.#placeForOthers(linked);
        return place === undefined ? [] : [{ linked, place }];
      });
      const met = this.#options.listHeard().filter(({ host }) => !host.includes('%') && !isLoopback(host));
      for (const linked of all) linked.tellPeers(others, met);
      this.#tellLinks(false);
    });
  }

  #passOn(origin: PeerOrigin, from: Linked): void {
    const { isMesh, links } = this.#options;
    if (!isMesh) return;
    for (const linked of links.list()) if (linked !== from) this.#passOnTo(linked, origin);
  }

  #passOnTo(linked: Linked, origin: PeerOrigin): void {
    const { self, clock, links } = this.#options;
    const linksOfOrigin = origin.isDirect ? links.find(origin.node)?.links : undefined;
    linked.passOn(origin, self, linksOfOrigin, clock.now());
  }

  #passOnBye(origin: PeerOrigin, seq: number, from: Linked): void {
    for (const linked of this.#options.links.list()) if (linked !== from) linked.passOnBye(origin, seq);
  }

  /** Others pass on to us what we hear of nobody. */
  #tellLinks(isBeat: boolean): void {
    const { isMesh, links } = this.#options;
    if (!isMesh) return;
    const all = links.list();
    const nodes = new Set(all.map(({ node }) => node));
    const heard = this.#table.list().flatMap(({ node }) => (nodes.has(node) ? [] : [node]));
    for (const linked of all) linked.tellLinks([...nodes].toSorted(), heard, isBeat);
  }

  /** Zones and loopback mean something else elsewhere; who is on this machine is at its address. */
  #placeForOthers({ link }: Linked): PeerPlace | undefined {
    const place = link.hello === undefined ? undefined : placeOf(link, link.hello);
    if (place === undefined || place.host.includes('%')) return undefined;
    if (!isLoopback(place.host)) return place;
    const [host] = this.#options.addresses();
    return host === undefined ? undefined : { host, port: place.port };
  }
}
