/** Where nobody was called for so long, those who wait do not wait for one another: the process stood still, or whom it waits for itself. */
const STANDSTILL_MS = 1_000;

/** The time of a queue, which goes on for a second after somebody was called and then stands still. Pure: times are milliseconds of one monotonic clock. */
export class QueueTime {
  #ms = 0;
  #calledAt = 0;

  /** The difference of two is for how long the queue has moved. */
  at(now: number): number {
    return this.#ms + Math.min(now - this.#calledAt, STANDSTILL_MS);
  }

  called(now: number): void {
    this.#ms = this.at(now);
    this.#calledAt = now;
  }

  /** Somebody was called, and the time until then does not count. */
  passed(now: number): void {
    this.#calledAt = now;
  }

  /** For how long nobody was called; 0 where that is no standstill. */
  stoodMs(now: number): number {
    const pauseMs = now - this.#calledAt;
    return pauseMs < STANDSTILL_MS ? 0 : pauseMs;
  }
}
