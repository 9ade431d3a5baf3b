import { type ClientLeg, probeLeg, resetLeg } from '@mdns-ambassador/relay';

/**
 * Notices that the peer of a paused socket has left, which the socket itself does not: reads into the socket's own, bounded buffer.
 * A client that was reset has left, and so has one that ended without a byte while nobody is being dialled for it.
 */
export class ClientWatch {
  readonly #client: ClientLeg;
  readonly #isDialling: () => boolean;
  readonly #look: () => void;
  #isOn = false;

  constructor(client: ClientLeg, isDialling: () => boolean) {
    this.#client = client;
    this.#isDialling = isDialling;
    this.#look = () => this.#lookForClient();
  }

  /** Looks at once, and whenever something happens from now on. */
  start(): void {
    if (!this.#isOn) this.#client.on('readable', this.#look).on('end', this.#look);
    this.#isOn = true;
    this.#lookForClient();
  }

  /** Leaves the socket to others. No-op when it was not started. */
  stop(): void {
    if (this.#isOn) this.#client.off('readable', this.#look).off('end', this.#look);
    this.#isOn = false;
  }

  #lookForClient(): void {
    probeLeg(this.#client);
    if (this.#client.readableLength > 0) return;
    this.#client.read();
    if (!this.#isDialling() && this.#client.readableEnded) resetLeg(this.#client);
  }
}
