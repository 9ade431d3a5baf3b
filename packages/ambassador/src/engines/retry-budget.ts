/** Each new connection pays for so many dials beyond its first. */
const RETRIES_PER_CONNECTION = 0.5;
/** Retries that are free, so that a few clients are not kept waiting: SYNs at this rate harm nobody. */
const FREE_PER_SECOND = 50;
/** What is saved up at most: enough for an endpoint that vanishes under thousands of connections a second. */
const MOST_SAVED = 2_000;

/**
 * How many dials the connections of one service may make beyond the first of each. While all goes well, savings grow; where
 * everybody is dead they are used up, and then the load on the dead is half as much again as that of the clients, and not
 * their number times the tries that fit into the connect timeout. Pure: times are milliseconds of one monotonic clock.
 */
export class RetryBudget {
  #saved = FREE_PER_SECOND;
  #at: number;

  constructor(now: number) {
    this.#at = now;
  }

  /** A client has come. */
  earn(): void {
    this.#saved = Math.min(MOST_SAVED, this.#saved + RETRIES_PER_CONNECTION);
  }

  /** Whether a further endpoint may be dialled at `now`. */
  hasLeft(now: number): boolean {
    const free = Math.max(0, ((now - this.#at) / 1_000) * FREE_PER_SECOND);
    this.#at = now;
    this.#saved = Math.min(MOST_SAVED, this.#saved + free);
    return this.#saved >= 1;
  }

  /** A further dial is made. The other addresses of an endpoint are paid for, but never refused. */
  spend(): void {
    this.#saved = Math.max(0, this.#saved - 1);
  }
}
