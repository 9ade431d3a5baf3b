/** Lets `burst` through at once and `perSecond` on average. Pure: time is an argument. */
export class Rate {
  readonly #perSecond: number;
  readonly #burst: number;
  #left: number;
  #filledAt: number | undefined;

  constructor(perSecond: number, burst: number) {
    this.#perSecond = perSecond;
    this.#burst = burst;
    this.#left = burst;
  }

  /** Whether `count` may pass; if so they count. */
  take(count: number, now: number): boolean {
    const gained = ((now - (this.#filledAt ?? now)) / 1_000) * this.#perSecond;
    this.#left = Math.min(this.#burst, this.#left + gained);
    this.#filledAt = now;
    if (this.#left < count) return false;
    this.#left -= count;
    return true;
  }

  /** Whether it has let nothing through lately, and can be forgotten. */
  isFull(now: number): boolean {
    return this.#left + ((now - (this.#filledAt ?? now)) / 1_000) * this.#perSecond >= this.#burst;
  }
}
