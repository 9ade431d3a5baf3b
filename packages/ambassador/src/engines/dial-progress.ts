import { QueueTime } from '@mdns-ambassador/relay';

/** How many are reached in a time is counted for so long, without a pause of so long. */
const WINDOW_MS = 500;
const PAUSE_MS = 250;

/**
 * How a queue of dials moves, by when endpoints were reached. Those who asked before a standstill was over are no overload: while they are
 * reached, and for as long as it lasted at most, the queue's time goes on standing still. Pure: times are milliseconds of one monotonic clock.
 */
export class DialProgress {
  readonly #time = new QueueTime();
  #asked = 0;
  #backlog = { last: 0, until: 0 };
  #reachedAt = 0;
  #countedSince = 0;
  #count = 0;
  /** By the last full window; 0 where that is not known. */
  #reachedPerMs = 0;

  /** See {@link QueueTime}. */
  movedMs(now: number): number {
    return this.#time.at(now);
  }

  /** How long so many take, as far as is known: what went before a pause says nothing. */
  expectedMs(count: number, now: number): number {
    return this.#reachedPerMs === 0 || now - this.#reachedAt >= PAUSE_MS ? 0 : count / this.#reachedPerMs;
  }

  /** Nobody has dialled until now: that was no standstill. */
  rested(now: number): void {
    this.#time.passed(now);
  }

  /** Somebody wants to dial; his number. */
  asked(): number {
    this.#asked += 1;
    return this.#asked;
  }

  /** An endpoint has answered a dial of who has this number. */
  reached(number: number, now: number): void {
    const stoodMs = this.#time.stoodMs(now);
    if (stoodMs > 0) this.#backlog = { last: this.#asked, until: now + stoodMs };
    const pauseMs = now - this.#reachedAt;
    this.#reachedAt = now;
    if (number <= this.#backlog.last && now < this.#backlog.until) {
      this.#time.passed(now);
      this.forget(now);
      return;
    }
    this.#time.called(now);
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
