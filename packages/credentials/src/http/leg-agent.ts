import { Agent } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Leg } from '@mdns-ambassador/relay';

/** Has `node:http` send every request of one client over one leg, one after the other, and never over another. */
export class LegAgent extends Agent {
  readonly #leg: Leg;
  #isGiven = false;

  constructor(leg: Leg) {
    super({ keepAlive: true, maxSockets: 1, maxTotalSockets: 1, maxFreeSockets: 1 });
    this.#leg = leg;
  }

  override createConnection(): Duplex {
    if (this.#isGiven || this.#leg.destroyed)
      throw Object.assign(new Error('the leg is spent'), { code: 'ECONNRESET' });
    this.#isGiven = true;
    return this.#leg;
  }

  /** The leg's own keepalive and liveness are its owner's business. */
  override keepSocketAlive(): boolean {
    return !this.#leg.destroyed && !this.#leg.readableEnded;
  }

  override reuseSocket(): void {}
}
