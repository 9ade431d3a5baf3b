/** Monotonic time and one-shot timers; the only clock that this package knows. */
export interface Clock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Calls `run` once after `delayMs`; the returned function cancels. Never calls `run` synchronously. */
  after(delayMs: number, run: () => void): () => void;
}
