import { type ClientLeg, type Ends, type Leg, type Splice, type SpliceOptions, splice } from '@mdns-ambassador/relay';
import { type Endpoint, namePlace } from '../pool/endpoint.ts';
import type { ReachedEndpoint } from './search.ts';

/** An endpoint that was sent something and has been silent for so long may be gone. */
const UNANSWERED_MS = 5_000;

/** A client's bytes on their way to the endpoint that was reached for it, and back. */
export class Carriage {
  readonly finished: Splice['finished'];
  readonly #reached: ReachedEndpoint;
  readonly #splice: Splice;
  /** The counts when an answer came last, and when that was noticed. */
  #answered: { readonly up: number; readonly down: number; readonly at: number };

  constructor(client: ClientLeg, upstream: Leg, reached: ReachedEndpoint, now: number, options: SpliceOptions) {
    this.#reached = reached;
    this.#splice = splice(client, upstream, options);
    this.#answered = { up: 0, down: 0, at: now };
    this.finished = this.#splice.finished;
  }

  get endpoint(): Endpoint {
    return this.#reached.endpoint;
  }

  get address(): string {
    return this.#reached.address;
  }

  get bytesUp(): number {
    return this.#splice.bytesUp;
  }

  get bytesDown(): number {
    return this.#splice.bytesDown;
  }

  /** Where the endpoint was dialled, as `placesOf` names places. */
  get place(): string {
    return namePlace(this.#reached.address, this.#reached.endpoint.port);
  }

  /** The two ends of the TCP connection to the endpoint, which may carry others as well; without addresses where nobody knows. */
  get ends(): Ends {
    const dialled: Leg & Ends = this.#reached.dialled;
    return dialled;
  }

  /** Whether something was sent some seconds ago and nothing has come since; ask again and again. */
  isUnanswered(now: number): boolean {
    const { bytesUp, bytesDown } = this.#splice;
    const { up, down, at } = this.#answered;
    if (bytesDown === down && bytesUp !== up) return now - at >= UNANSWERED_MS;
    this.#answered = { up: bytesUp, down: bytesDown, at: now };
    return false;
  }

  reset(): void {
    this.#splice.reset();
  }
}
