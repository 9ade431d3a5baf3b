/** A service that is down is looked at this often at least: one that starts later is used within a second. */
const QUICK_LOOK_MS = 250;
/** Each delay is shortened by up to this share, so that those who started together do not beat together. */
const JITTER = 0.1;
const MIN_TIMEOUT_MS = 250;
const MAX_TIMEOUT_MS = 2000;

/**
 * Milliseconds from the end of one look to the start of the next. A service that freezes is known to be down within
 * `checkIntervalMs` and 250 ms, the timeout of the look included. `random` is in [0, 1).
 */
export function computeLookDelayMs(isUp: boolean, checkIntervalMs: number, random: number): number {
  const steadyMs = checkIntervalMs + MIN_TIMEOUT_MS - computeLookTimeoutMs(checkIntervalMs);
  const delayMs = isUp ? steadyMs : Math.min(checkIntervalMs, QUICK_LOOK_MS);
  return delayMs * (1 - JITTER * random);
}

/** How long one look may take, in milliseconds: half the interval, which is patience for a service that is busy. */
export function computeLookTimeoutMs(checkIntervalMs: number): number {
  return Math.max(MIN_TIMEOUT_MS, Math.min(checkIntervalMs / 2, MAX_TIMEOUT_MS));
}
