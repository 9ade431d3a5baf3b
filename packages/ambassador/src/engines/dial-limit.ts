const FIRST_LIMIT = 32;
/** Dials may be slow because the way is long or the announcer is, though this process is busy: so many still make 100 a second of 150 ms each. */
const LEAST_LIMIT = 16;
/** While dials are quick; and where they are slow though this process is not. */
const MOST_LIMIT = 256;
const MOST_SLOW = 64;
/** A dial that takes no longer is quick: the race waits half as long again before it tries another endpoint. */
const QUICK_MS = 100;
/** How much of the limit is left when dials have become slow. */
const REDUCTION = 0.75;

/**
 * How many dials with a handshake are under way at once: as many as keep both ends busy, and not so many that each waits for all the others.
 * Grows by one for each that was quick until one is slow, and then by one for as many as the limit is. It is lowered where dials are slow
 * because this process is busy; otherwise they are slow by nature, as over a VPN. Pure: times are milliseconds of one monotonic clock.
 */
export class DialLimit {
  #limit = FIRST_LIMIT;
  #hasBeenSlow = false;
  #quickSince = 0;
  #loweredAt = Number.NEGATIVE_INFINITY;

  get limit(): number {
    return this.#limit;
  }

  /** A dial has connected for which others had to wait: without them the limit says nothing. */
  connected(latencyMs: number, isBusy: boolean, now: number): void {
    if (latencyMs <= QUICK_MS) this.#raise(MOST_LIMIT);
    else if (isBusy) this.#lower(latencyMs, now);
    else this.#raise(MOST_SLOW);
  }

  /** Those that began before the limit was lowered say nothing of it. */
  #lower(latencyMs: number, now: number): void {
    this.#hasBeenSlow = true;
    this.#quickSince = 0;
    if (now - latencyMs < this.#loweredAt) return;
    this.#loweredAt = now;
    this.#limit = Math.max(LEAST_LIMIT, Math.floor(this.#limit * REDUCTION));
  }

  #raise(most: number): void {
    this.#quickSince += 1;
    if (this.#limit >= most || (this.#hasBeenSlow && this.#quickSince < this.#limit)) return;
    this.#quickSince = 0;
    this.#limit += 1;
  }
}
