/** Monotonic time and one-shot timers: how whoever waits knows the time. */
export interface Clock {
  /** Milliseconds of a monotonic clock. */
  now(): number;
  /** Milliseconds since 1970: certificates and secrets are judged by it. */
  wallClock(): number;
  /** Calls `run` once after `delayMs`; the returned function cancels. Never calls `run` synchronously. */
  after(delayMs: number, run: () => void): () => void;
}
