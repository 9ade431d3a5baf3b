import type { Link, LinkCounters, LinkEvents, LinkSource, NetworkInterface } from '@mdns-ambassador/mdns';
import type { SentPacket } from './memory-network.ts';

/** RFC 6762 3 */
const PORT = 5353;
/** Of the ports from which one host alone is asked: the first that systems give. */
const FIRST_PORT = 49_152;

/** What a link needs of the network that it is on. */
export interface MemoryCarrier {
  carry(packet: Omit<SentPacket, 'at' | 'segment'>): void;
  closed(): void;
}

/** A link of the in-memory network: honours the contract of {@link Link}, nothing is heard after `close`. */
export class MemoryLink implements Link {
  readonly interfaceName: string;
  readonly isWorn: boolean = false;
  readonly family: 'IPv4' | 'IPv6';
  readonly host: string;
  readonly #on: NetworkInterface;
  readonly #events: LinkEvents;
  readonly #carrier: MemoryCarrier;
  #sendErrors = 0;
  /** What the OS says instead of sending. */
  refusal: Error | undefined;
  #state: 'open' | 'cut' | 'closed' = 'open';
  /** Who was asked alone, by the port of the question. As many as a test asks. */
  readonly #asked = new Map<number, string>();

  constructor(on: NetworkInterface, family: 'IPv4' | 'IPv6', host: string, events: LinkEvents, carrier: MemoryCarrier) {
    this.interfaceName = on.name;
    this.family = family;
    this.host = host;
    this.#on = on;
    this.#events = events;
    this.#carrier = carrier;
  }

  get counters(): LinkCounters {
    return { offLink: 0, sendErrors: this.#sendErrors };
  }

  send(bytes: Uint8Array, to?: LinkSource): void {
    const address = this.#sourceAddress();
    if (this.#state !== 'open' || address === undefined) {
      this.#sendErrors++;
      return;
    }
    if (this.refusal !== undefined) {
      this.#sendErrors++;
      this.#events.sent(this.refusal);
      return;
    }
    this.#events.sent();
    this.#carrier.carry({ host: this.host, family: this.family, source: { address, port: PORT }, to, bytes });
  }

  async renew(): Promise<void> {}

  /** What is sent to this host alone is heard as any packet, as where sockets can't be bound to the group. */
  awaitReplies(): void {}

  ask(bytes: Uint8Array, of: LinkSource): void {
    const address = this.#sourceAddress();
    if (this.#state !== 'open' || address === undefined) return;
    const port = FIRST_PORT + this.#asked.size;
    this.#asked.set(port, of.address);
    this.#carrier.carry({
      host: this.host,
      family: this.family,
      source: { address, port },
      to: { address: of.address, port: PORT },
      bytes,
    });
  }

  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#carrier.closed();
  }

  /** The interface is gone: nothing is heard or sent any more, and nobody says so. */
  cut(): void {
    if (this.#state === 'open') this.#state = 'cut';
  }

  fail(error: Error): void {
    if (this.#state === 'closed') return;
    this.#state = 'cut';
    this.#events.failed(error);
  }

  owns(to: LinkSource): boolean {
    const literal = to.address.split('%')[0];
    return (
      (to.port === PORT || this.#asked.has(to.port)) && this.#on.addresses.some(({ address }) => address === literal)
    );
  }

  deliver(packet: SentPacket): void {
    if (this.#state !== 'open') return;
    const [literal = ''] = packet.source.address.split('%');
    const address = literal.startsWith('fe80') ? `${literal}%${this.interfaceName}` : literal;
    const source = { address, port: packet.source.port };
    const asked = this.#asked.get(packet.to?.port ?? PORT);
    if (asked === undefined) this.#events.packet(packet.bytes, source);
    else if (asked === address) this.#events.reply(packet.bytes, source, { to: 'question', isOnlyWay: false });
  }

  #sourceAddress(): string | undefined {
    const own = this.#on.addresses.filter(({ family }) => family === this.family);
    return (own.find(({ scopeId }) => scopeId !== 0) ?? own[0])?.address;
  }
}
