import { QueueTime } from '@mdns-ambassador/relay';

/** How many are reached in a time is counted for so long, without a pause of so long. */
const WINDOW_MS = 500;
const PAUSE_MS = 250;

/** How a queue of dials moves, by when endpoints were reached. Pure: times are milliseconds of one monotonic clock. */
export class DialProgress {
  readonly #time = new QueueTime();
  #reachedAt = 0;
  #countedSince = 0;
  #count = 0;
  /** By the last full window; 0 where that is not known. */
  #reachedPerMs = 0;

  /** See {@link QueueTime}. */
  movedMs(now: number): number {
    return this.#time.at(now);
  }

  /** How long so many take, as far as is known. */
  expectedMs(count: number): number {
    return this.#reachedPerMs === 0 ? 0 : count / this.#reachedPerMs;
  }

  /** An endpoint has answered a dial. */
  reached(now: number): void {
    const pauseMs = now - this.#reachedAt;
    this.#time.called(now);
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
