/** How often something was so much or less. */
export interface HistogramView {
  /** Upper bounds, ascending; above the last there is no bound. */
  readonly bounds: readonly number[];
  /** For each bound, and at last without one: how many were at most that. */
  readonly counts: readonly number[];
  readonly sum: number;
}

/** How long connections last: from one question and its answer to a pool that holds them for a day. */
export const CONNECTION_SECONDS: readonly number[] = [0.005, 0.025, 0.1, 0.5, 1, 5, 30, 60, 300, 1800, 7200, 43_200];

/** Of two of the same bounds. */
export function addHistograms(a: HistogramView, b: HistogramView): HistogramView {
  return { ...a, counts: a.counts.map((count, index) => count + (b.counts[index] ?? 0)), sum: a.sum + b.sum };
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
