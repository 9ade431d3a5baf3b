import { errorMessage } from '@mdns-ambassador/relay';
import type { PeerListener, PeerReceiver, PeerTransport } from './link/peer-stream.ts';

/** Where a node listens: at the port that is wanted, and at any while that is another's. */
export class ListeningPort {
  readonly wanted: number;
  readonly #transport: PeerTransport;
  readonly #receiver: PeerReceiver;
  readonly #listeners: PeerListener[] = [];
  #opening: Promise<boolean> | undefined;
  #hasTried = false;
  #failure = '';
  #isClosed = false;

  constructor(wanted: number, transport: PeerTransport, receiver: PeerReceiver) {
    this.wanted = wanted;
    this.#transport = transport;
    this.#receiver = receiver;
  }

  /** The last one that was had; others stay open, since peers were told of them. Undefined while there is none. */
  get port(): number | undefined {
    return this.#listeners.at(-1)?.port;
  }

  /** Why the last try failed, for people. */
  get failure(): string {
    return this.#failure;
  }

  /** Tries the wanted port where it is not had, and without one any. Resolves with whether that is news, which one caller is told; never rejects. */
  async open(): Promise<boolean> {
    if (this.#opening !== undefined) {
      await this.#opening;
      return false;
    }
    this.#opening = this.#open().finally(() => {
      this.#opening = undefined;
    });
    return this.#opening;
  }

  /** Accepts no more. Idempotent. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#opening;
    await Promise.all(this.#listeners.map((listener) => listener.close()));
  }

  async #open(): Promise<boolean> {
    const { port } = this;
    if (port === this.wanted) return false;
    const isFirst = !this.#hasTried;
    this.#hasTried = true;
    if (!(await this.#listen(this.wanted)) && port === undefined) await this.#listen(0);
    return isFirst || this.port !== port;
  }

  async #listen(port: number): Promise<boolean> {
    if (this.#isClosed) return false;
    try {
      this.#listeners.push(await this.#transport.listen(port, this.#receiver));
      return true;
    } catch (error) {
      this.#failure = errorMessage(error);
      return false;
    }
  }
}
