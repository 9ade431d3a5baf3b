import { createSocket, type Socket } from 'node:dgram';
import { NOBODY } from './link-seal.ts';
import { MDNS_GROUPS, MDNS_PORT } from './mdns-port.ts';
import type { LinkSource, NetworkInterface } from './network.ts';
import { isOnLink, mayBeOnLink } from './on-link.ts';
import type { PlannedReceiver } from './receiver-plan.ts';
import { SocketQueue } from './socket-queue.ts';

/** Sources of which it is remembered whose they are. */
const MAX_JUDGED = 256;

/** A link that hears by a socket which it shares with others. */
export interface GroupListener {
  readonly on: NetworkInterface;
  packet(bytes: Uint8Array, source: LinkSource): void;
  /** What came is from no link that the socket hears for. */
  stray(): void;
  /** The socket can't be used any more. */
  failed(error: Error): void;
}

/** A socket that is bound to the IPv4 group, has joined nothing, and hears what has come by any interface but those that it refuses. */
export class GroupReceiver {
  /** Rejects where it can't be bound. */
  readonly opened: Promise<void>;
  readonly #plan: PlannedReceiver;
  readonly #socket: Socket;
  readonly #queue = new SocketQueue();
  /** By source. */
  readonly #judged = new Map<string, readonly GroupListener[]>();
  #listeners: readonly GroupListener[] = [];
  #interfaces: readonly NetworkInterface[] = [];
  #isSealed = false;
  #closing: Promise<void> | undefined;

  /** `onFailed` is called once at most, when it is closed already. */
  constructor(plan: PlannedReceiver, onFailed: () => void) {
    this.#plan = plan;
    this.#socket = createSocket({ type: 'udp4', reuseAddr: true });
    this.opened = new Promise((resolve, reject) => {
      this.#socket.once('listening', () => {
        this.#refuse();
        resolve();
      });
      this.#socket.on('error', (error) => {
        reject(error);
        if (this.#closing !== undefined) return;
        void this.close();
        onFailed();
        for (const listener of this.#listeners) listener.failed(error);
      });
    });
    this.opened.catch(() => {});
    this.#socket.on('message', (bytes, from) => this.#receive(bytes, from));
    this.#socket.bind({ address: MDNS_GROUPS.IPv4, port: MDNS_PORT, exclusive: true });
  }

  /** Hears for these links from now on; `interfaces` are those of this host. */
  serve(listeners: readonly GroupListener[], interfaces: readonly NetworkInterface[]): void {
    this.#listeners = listeners;
    this.#interfaces = interfaces;
    this.#judged.clear();
  }

  /** Resolves when it hears: what was queued before it refused anything is dropped. Never rejects. */
  async hears(): Promise<void> {
    await this.opened.catch(() => {});
    await this.#queue.pass();
  }

  /** Idempotent. */
  close(): Promise<void> {
    this.#closing ??= new Promise((resolve) => this.#socket.close(resolve));
    return this.#closing;
  }

  #refuse(): void {
    this.#queue.outdate();
    try {
      for (const { address } of this.#plan.refused)
        this.#socket.addSourceSpecificMembership(NOBODY, MDNS_GROUPS.IPv4, address);
      this.#isSealed = this.#plan.isSealed;
    } catch {
      // What is not refused is heard, and dropped by its source.
    }
  }

  #receive(bytes: Uint8Array, source: LinkSource): void {
    this.#queue.note();
    if (this.#queue.isOld || this.#closing !== undefined) return;
    const listeners = this.#findListeners(source);
    if (listeners.length === 0) this.#listeners[0]?.stray();
    for (const listener of listeners) listener.packet(bytes, source);
  }

  #findListeners(source: LinkSource): readonly GroupListener[] {
    const known = this.#judged.get(source.address);
    if (known !== undefined) return known;
    const listeners = this.#listeners.filter(({ on }) => this.#isFrom(on, source));
    if (this.#judged.size >= MAX_JUDGED) this.#judged.clear();
    this.#judged.set(source.address, listeners);
    return listeners;
  }

  #isFrom(on: NetworkInterface, source: LinkSource): boolean {
    if (!this.#isSealed) return isOnLink(source, on);
    const others = this.#interfaces.filter(({ name }) => name !== on.name);
    return mayBeOnLink(source, on, others);
  }
}
