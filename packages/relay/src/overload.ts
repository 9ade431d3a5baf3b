/** A crowd that comes at once may take so long to be served, and all of it is. */
const CROWD_PATIENCE_MS = 3_000;
/** Where more come than can be served, nobody is let in behind one who has waited longer. */
const OVERLOAD_PATIENCE_MS = 250;
/** An overload is one for so long after somebody was turned away last. */
const REMEMBERED_MS = 10_000;

/**
 * Whether who comes now is turned away, because it would not be served in time. Those in the queue are served: what is refused is the
 * newest, and early, and nobody else is late for it. Pure: times are milliseconds of one monotonic clock.
 */
export class Overload {
  #refusedAt = Number.NEGATIVE_INFINITY;

  /** To be asked once for each who comes; `waitMs`: how long it will wait, or the first of those before it has been waiting. */
  refuses(waitMs: number, now: number): boolean {
    const isOverloaded = now - this.#refusedAt < REMEMBERED_MS;
    if (waitMs <= (isOverloaded ? OVERLOAD_PATIENCE_MS : CROWD_PATIENCE_MS)) return false;
    this.#refusedAt = now;
    return true;
  }
}
