import type { PeerListener, PeerReceiver, PeerTransport } from './link/peer-stream.ts';

/** Where a node listens: at the port that is wanted, and at any while that is another's. */
export class ListeningPort {
  readonly #wanted: number;
  readonly #transport: PeerTransport;
  readonly #receiver: PeerReceiver;
  readonly #listeners: PeerListener[] = [];
  #opening: Promise<boolean> | undefined;
  #isClosed = false;

  constructor(wanted: number, transport: PeerTransport, receiver: PeerReceiver) {
    this.#wanted = wanted;
    this.#transport = transport;
    this.#receiver = receiver;
  }

  /** The last one that was had; others stay open, since peers were told of them. Undefined while there is none. */
  get port(): number | undefined {
    return this.#listeners.at(-1)?.port;
  }

  /** Whether the wanted one is another's. */
  get isElsewhere(): boolean {
    return this.port !== undefined && this.port !== this.#wanted;
  }

  /** Tries the wanted port where it is not had, and without one any. Resolves with whether that has changed something; never rejects. */
  open(): Promise<boolean> {
    this.#opening ??= this.#open().finally(() => {
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
    if (this.port === this.#wanted) return false;
    return (await this.#listen(this.#wanted)) || (this.port === undefined && (await this.#listen(0)));
  }

  async #listen(port: number): Promise<boolean> {
    if (this.#isClosed) return false;
    try {
      this.#listeners.push(await this.#transport.listen(port, this.#receiver));
      return true;
    } catch {
      return false;
    }
  }
}
