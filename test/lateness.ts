const TICK_MS = 50;
/** Programs that take part one after another, each as late as the timers here were at worst: two processors are everybody's. */
const PARTS = 5;

/** From now until it is ended. */
export class Lateness {
  #last = performance.now();
  #stallMs = 0;
  readonly #ticking = setInterval(() => this.#tick(), TICK_MS);

  /** How late the machine may have made what was waited for, in milliseconds. */
  end(): number {
    clearInterval(this.#ticking);
    return Math.round(PARTS * this.#stallMs);
  }

  #tick(): void {
    const now = performance.now();
    this.#stallMs = Math.max(this.#stallMs, now - this.#last - TICK_MS);
    this.#last = now;
  }
}
