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

  /** Fails the request rather than the caller, who may be a timer of Node's. */
  override createConnection(
    _options: unknown,
    done?: (error: Error | null, stream: Duplex) => void,
  ): Duplex | undefined {
    if (!this.#isGiven && !this.#leg.destroyed && !this.#leg.readableEnded) {
      this.#isGiven = true;
      return this.#leg;
    }
    const error = Object.assign(new Error('the connection to the service is over'), { code: 'ECONNRESET' });
    queueMicrotask(() => done?.(error, this.#leg));
    return undefined;
  }

  /** The leg's own keepalive and liveness are its owner's business. */
  override keepSocketAlive(): boolean {
    return !this.#leg.destroyed && !this.#leg.readableEnded;
  }

  override reuseSocket(): void {}
}
