import type { Clock, Link, LinkEvents, LinkSource, Network, NetworkInterface } from '@mdns-ambassador/mdns';
import { MdnsError } from '@mdns-ambassador/mdns';
import { MemoryLink } from './memory-link.ts';

type Family = 'IPv4' | 'IPv6';

export interface MemoryNetworkOptions {
  readonly clock: Clock;
  /** [0, 1); decides loss and delay. */
  readonly random: () => number;
  /** Probability that one receiver misses one packet; its own packets always come back to a host. Default 0. */
  readonly loss?: number;
  /** Least and greatest delay of a packet, the same for all its receivers. Default 1 to 1 ms. */
  readonly delayMs?: readonly [least: number, greatest: number];
}

/** One packet as it was sent. */
export interface SentPacket {
  readonly at: number;
  readonly segment: string;
  /** The sender's name; undefined for an injected packet. */
  readonly host: string | undefined;
  readonly family: Family;
  readonly source: LinkSource;
  /** Undefined: to the group. */
  readonly to: LinkSource | undefined;
  readonly bytes: Uint8Array;
}

/** Hosts on segments, without an operating system: what one link sends reaches every link of its family on the segment. */
export class MemoryNetwork {
  /** See {@link MemoryNetworkOptions}; may change at any time. */
  loss: number;
  delayMs: readonly [least: number, greatest: number];
  /** Called for every packet when it is sent, lost or not. */
  onSent: (packet: SentPacket) => void = () => {};
  /** Whether what one host sends arrives at another, by their names: as {@link partition} or a test says, one way or both. */
  reaches: (from: string, to: string) => boolean = () => true;
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #links = new Map<string, Set<MemoryLink>>();

  constructor(options: MemoryNetworkOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.loss = options.loss ?? 0;
    this.delayMs = options.delayMs ?? [1, 1];
  }

  /** A host without interfaces. Names tell hosts apart in {@link partition} and in {@link SentPacket}. */
  addHost(name: string): MemoryHost {
    return new MemoryHost(name, this);
  }

  /** From now on hosts hear only those of their own group; a host in no group hears those in no group. */
  partition(groups: readonly (readonly string[])[]): void {
    const islands = new Map(groups.flatMap((names, index) => names.map((name) => [name, index] as const)));
    this.reaches = (from, to) => islands.get(from) === islands.get(to);
  }

  heal(): void {
    this.reaches = () => true;
  }

  /** Sends a packet from outside every host, for instance a forged or a malformed one. */
  inject(segment: string, family: Family, source: LinkSource, bytes: Uint8Array): void {
    this.carry({ segment, host: undefined, family, source, to: undefined, bytes });
  }

  join(segment: string, link: MemoryLink): void {
    const links = this.#links.get(segment) ?? new Set();
    this.#links.set(segment, links.add(link));
  }

  leave(segment: string, link: MemoryLink): void {
    this.#links.get(segment)?.delete(link);
  }

  /** For links: takes a packet to all that may hear it. */
  carry(sent: Omit<SentPacket, 'at'>): void {
    const packet: SentPacket = { ...sent, at: this.#clock.now() };
    this.onSent(packet);
    const receivers = [...(this.#links.get(packet.segment) ?? [])].filter((link) => this.#reaches(packet, link));
    const [least, greatest] = this.delayMs;
    this.#clock.after(least + (greatest - least) * this.#random(), () => {
      for (const link of receivers) link.deliver(packet);
    });
  }

  #reaches(packet: SentPacket, link: MemoryLink): boolean {
    if (link.family !== packet.family || (packet.to !== undefined && !link.owns(packet.to))) return false;
    if (link.host === packet.host) return true;
    const isReached = packet.host === undefined || this.reaches(packet.host, link.host);
    return isReached && (this.loss === 0 || this.#random() >= this.loss);
  }
}

/** One host: the {@link Network} that a node is given. */
export class MemoryHost implements Network {
  readonly name: string;
  readonly #network: MemoryNetwork;
  readonly #interfaces = new Map<string, { readonly segment: string; on: NetworkInterface }>();
  readonly #links = new Set<MemoryLink>();
  readonly #refused = new Set<string>();
  #refusal: Error | undefined;

  constructor(name: string, network: MemoryNetwork) {
    this.name = name;
    this.#network = network;
  }

  /** Brings an interface up. Addresses as `10.0.0.1/24`, `fe80::1/64`. */
  connect(interfaceName: string, segment: string, addresses: readonly string[]): void {
    this.#interfaces.set(interfaceName, { segment, on: describeInterface(interfaceName, addresses) });
  }

  /** Takes the interface away; its links fall silent, as sockets do. */
  disconnect(interfaceName: string): void {
    this.#interfaces.delete(interfaceName);
    for (const link of this.#linksOn(interfaceName)) link.cut();
  }

  /** The same interface with other addresses; links that are open keep the old ones. */
  readdress(interfaceName: string, addresses: readonly string[]): void {
    const known = this.#interfaces.get(interfaceName);
    if (known !== undefined) known.on = describeInterface(interfaceName, addresses);
  }

  /** The port is refused from now on, as by a stack that does not share it. */
  refuseLinks(interfaceName: string, family: Family): void {
    this.#refused.add(`${interfaceName} ${family}`);
  }

  allowLinks(interfaceName: string, family: Family): void {
    this.#refused.delete(`${interfaceName} ${family}`);
  }

  /** The OS sends nothing of this host from now on; undefined: it does again. */
  refuseSends(error: Error | undefined): void {
    this.#refusal = error;
    for (const link of this.#links) link.refusal = error;
  }

  /** Every open link of the interface reports a failure. */
  failLinks(interfaceName: string, error: Error): void {
    for (const link of this.#linksOn(interfaceName)) link.fail(error);
  }

  get openLinks(): number {
    return this.#links.size;
  }

  interfaces(): readonly NetworkInterface[] {
    return [...this.#interfaces.values()].map(({ on }) => on);
  }

  async openLink(on: NetworkInterface, family: Family, events: LinkEvents): Promise<Link> {
    const known = this.#interfaces.get(on.name);
    if (known === undefined || this.#refused.has(`${on.name} ${family}`)) {
      throw new MdnsError('port-in-use', `UDP port 5353 on ${on.name} (${family}) is held exclusively.`);
    }
    const { segment } = known;
    const link = new MemoryLink(on, family, this.name, events, {
      carry: (packet) => this.#network.carry({ ...packet, segment }),
      closed: () => {
        this.#links.delete(link);
        this.#network.leave(segment, link);
      },
    });
    link.refusal = this.#refusal;
    this.#links.add(link);
    this.#network.join(segment, link);
    return link;
  }

  #linksOn(interfaceName: string): readonly MemoryLink[] {
    return [...this.#links].filter((link) => link.interfaceName === interfaceName);
  }
}

function describeInterface(name: string, addresses: readonly string[]): NetworkInterface {
  return {
    name,
    loopback: name === 'lo',
    addresses: addresses.map((text) => {
      const [address = '', bits = ''] = text.split('/');
      const family = address.includes(':') ? 'IPv6' : 'IPv4';
      return { address, family, prefixLength: Number(bits), scopeId: address.startsWith('fe80') ? 1 : 0 };
    }),
  };
}
