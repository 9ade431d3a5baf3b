import { createSocket, type Socket } from 'node:dgram';
import type { LinkSource } from './network.ts';

/** A little longer than an answer counts as one (RFC 6762 5.2: the same is asked after a second). */
const OPEN_MS = 1_200;
/** RFC 6762 11 */
const TTL = 255;

export interface MomentarySocketOptions {
  readonly family: 'IPv4' | 'IPv6';
  /** Of this host; link-local IPv6 with its zone. */
  readonly address: string;
  /** 0: one that nobody knows. */
  readonly port: number;
  readonly onPacket: (bytes: Uint8Array, source: LinkSource) => void;
}

/** A socket on one own address that is open for a moment. What fails ends it; nobody is told. */
export class MomentarySocket {
  readonly #socket: Socket;
  readonly #closed: Promise<void>;
  #timer: NodeJS.Timeout | undefined;
  #isOpen = true;

  constructor({ family, address, port, onPacket }: MomentarySocketOptions) {
    this.#socket = createSocket(
      family === 'IPv4'
        ? { type: 'udp4', reuseAddr: port !== 0 }
        : { type: 'udp6', reuseAddr: port !== 0, ipv6Only: true },
    );
    this.#closed = new Promise((resolve) => this.#socket.once('close', resolve));
    this.#socket.on('error', () => void this.close());
    this.#socket.on('message', (bytes, from) => {
      if (this.#isOpen) onPacket(bytes, { address: from.address, port: from.port });
    });
    this.#socket.bind({ address, port, exclusive: true });
    this.prolong();
  }

  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** The moment begins anew. */
  prolong(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.close(), OPEN_MS);
  }

  send(bytes: Uint8Array, to: LinkSource): void {
    if (!this.#isOpen) return;
    this.#socket.once('listening', () => {
      try {
        this.#socket.setTTL(TTL);
        this.#socket.send(bytes, to.port, to.address, (error) => {
          if (error !== null) void this.close();
        });
      } catch {
        void this.close();
      }
    });
  }

  /** Idempotent. */
  close(): Promise<void> {
    if (this.#isOpen) {
      this.#isOpen = false;
      clearTimeout(this.#timer);
      this.#socket.close();
    }
    return this.#closed;
  }
}
