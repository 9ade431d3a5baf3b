import type { Link, LinkCounters, LinkEvents, LinkSource, NetworkInterface } from '@mdns-ambassador/mdns';
import type { SentPacket } from './memory-network.ts';

/** RFC 6762 3 */
const PORT = 5353;

/** What a link needs of the network that it is on. */
export interface MemoryCarrier {
  carry(packet: Omit<SentPacket, 'at' | 'segment'>): void;
  closed(): void;
}

/** A link of the in-memory network: honours the contract of {@link Link}, nothing is heard after `close`. */
export class MemoryLink implements Link {
  readonly interfaceName: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly host: string;
  readonly #on: NetworkInterface;
  readonly #events: LinkEvents;
  readonly #carrier: MemoryCarrier;
  #sendErrors = 0;
  /** What the OS says instead of sending. */
  refusal: Error | undefined;
  #state: 'open' | 'cut' | 'closed' = 'open';

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

  renew(): void {}

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
    return to.port === PORT && this.#on.addresses.some(({ address }) => address === literal);
  }

  deliver(packet: SentPacket): void {
    if (this.#state !== 'open') return;
    const [literal = ''] = packet.source.address.split('%');
    const address = literal.startsWith('fe80') ? `${literal}%${this.interfaceName}` : literal;
    this.#events.packet(packet.bytes, { address, port: packet.source.port });
  }

  #sourceAddress(): string | undefined {
    const own = this.#on.addresses.filter(({ family }) => family === this.family);
    return (own.find(({ scopeId }) => scopeId !== 0) ?? own[0])?.address;
  }
}
