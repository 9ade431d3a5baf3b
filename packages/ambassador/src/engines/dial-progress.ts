/** Where nobody has been reached for so long, nobody waits for those before: the process stood still, or who is dialled is silent. */
const STANDSTILL_MS = 1_000;
/** How many are reached in a time is counted for so long, without a pause of so long. */
const WINDOW_MS = 500;
const PAUSE_MS = 250;

/**
 * How a queue of dials moves, by when endpoints were reached. Its time stands still where it does not move. Pure: times are milliseconds of
 * one monotonic clock.
 */
export class DialProgress {
  #movedMs = 0;
  #reachedAt = 0;
  #countedSince = 0;
  #count = 0;
  /** By the last full window; 0 where that is not known. */
  #reachedPerMs = 0;

  /** The queue's own time: the difference of two is how long it moved. */
  movedMs(now: number): number {
    return this.#movedMs + Math.min(now - this.#reachedAt, STANDSTILL_MS);
  }

  /** How long so many take, as far as is known. */
  expectedMs(count: number): number {
    return this.#reachedPerMs === 0 ? 0 : count / this.#reachedPerMs;
  }

  /** An endpoint has answered a dial. */
  reached(now: number): void {
    const pauseMs = now - this.#reachedAt;
    this.#movedMs = this.movedMs(now);
    this.#reachedAt = now;
    if (pauseMs >= PAUSE_MS) {
      this.#countFrom(now);
      return;
    }
    this.#count += 1;
    const elapsedMs = now - this.#countedSince;
    if (elapsedMs < WINDOW_MS) return;
    this.#reachedPerMs = this.#count / elapsedMs;
    this.#countFrom(now);
  }

  /** Nobody had to wait until now: how many were reached says nothing of how many can be. */
  forget(now: number): void {
    this.#reachedPerMs = 0;
    this.#countFrom(now);
  }

  #countFrom(now: number): void {
    this.#countedSince = now;
    this.#count = 0;
  }
}
