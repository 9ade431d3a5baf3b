import { TokenBucket } from '../../token-bucket.ts';

/** A host takes in 1,000 packets a second; lists of known answers may be a quarter of that. */
const MAX_PACKETS_PER_SECOND = 250;
const CONGESTED_MS = 500;

/**
 * Whether long lists of known answers (RFC 6762 7.2) take up so much of the link that another one does more harm than good: where
 * hundreds of hosts come at once, each misses something else, so that no question spares another (7.3).
 */
export class Congestion {
  #lists: TokenBucket | undefined;
  #until = Number.NEGATIVE_INFINITY;

  /** A packet of such a list was heard. */
  note(now: number): void {
    this.#lists ??= new TokenBucket(MAX_PACKETS_PER_SECOND, now);
    if (!this.#lists.take(now)) this.#until = now + CONGESTED_MS;
  }

  isCongested(now: number): boolean {
    return now < this.#until;
  }
}
