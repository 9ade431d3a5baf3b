/** How long is waited before it is tried again: after the first failure, and at the most. */
export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** A wait is spread over +-25 % of its length, so that many do not come back at the same moment. */
const JITTER = 0.25;

/** The wait after the `attempt`th failure in a row (from 1): doubled each time up to `maxMs`. */
export function doubledMs(attempt: number, { firstMs, maxMs }: BackoffLimits): number {
  return Math.min(maxMs, firstMs * 2 ** (attempt - 1));
}

/** The same, jittered; `random` in [0, 1). */
export function backoffMs(attempt: number, limits: BackoffLimits, random: () => number): number {
  return doubledMs(attempt, limits) * (1 - JITTER + 2 * JITTER * random());
}
