/** How often something was so much or less. */
export interface HistogramView {
  /** Upper bounds, ascending; above the last there is no bound. */
  readonly bounds: readonly number[];
  /** For each bound, and at last without one: how many were at most that. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** Counts by size, in constant room. */
export class Histogram {
  readonly #bounds: readonly number[];
  /** Each value once, under the first bound that it does not exceed. */
  readonly #within: number[];
  #sum = 0;

  /** @param bounds ascending */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#within = new Array<number>(bounds.length + 1).fill(0);
  }

  observe(value: number): void {
    let at = 0;
    while (at < this.#bounds.length && value > (this.#bounds[at] ?? 0)) at += 1;
    this.#within[at] = (this.#within[at] ?? 0) + 1;
    this.#sum += value;
  }

  view(): HistogramView {
    let total = 0;
    const counts = this.#within.map((count) => {
      total += count;
      return total;
    });
    return { bounds: this.#bounds, counts, sum: this.#sum };
  }
}
