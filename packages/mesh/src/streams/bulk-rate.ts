const PERIOD_MS = 1_000;
/** Whoever carries so much in a second keeps others waiting. */
const BULK_BYTES = 1_048_576;

/** Whether a stream carries bulk now. Pure. */
export class BulkRate {
  #since = Number.NEGATIVE_INFINITY;
  #bytes = 0;

  /** So many bytes passed, in either direction. `now` in milliseconds. */
  note(bytes: number, now: number): void {
    if (now - this.#since >= PERIOD_MS) {
      this.#since = now;
      this.#bytes = 0;
    }
    this.#bytes += bytes;
  }

  isBulk(now: number): boolean {
    return this.#bytes > BULK_BYTES && now - this.#since < 2 * PERIOD_MS;
  }
}
