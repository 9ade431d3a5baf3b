const PERIOD_MS = 1_000;
/** Whoever carries a window in a second keeps others waiting on a slow link; on a fast one it costs a connection. */
const BULK_BYTES = 262_144;

/** Whether a stream carries bulk now. Pure. */
export class BulkRate {
  #since = Number.NEGATIVE_INFINITY;
  #bytes = 0;
  /** In the period before this one. */
  #was = false;

  /** So many bytes passed, in either direction. `now` in milliseconds. */
  note(bytes: number, now: number): void {
    if (now - this.#since >= PERIOD_MS) {
      this.#was = this.isBulk(now) && this.#bytes > BULK_BYTES;
      this.#since = now;
      this.#bytes = 0;
    }
    this.#bytes += bytes;
  }

  isBulk(now: number): boolean {
    return now - this.#since < 2 * PERIOD_MS && (this.#was || this.#bytes > BULK_BYTES);
  }
}
