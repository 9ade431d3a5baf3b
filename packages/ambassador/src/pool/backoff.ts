import type { Random } from './random.ts';

export interface BackoffLimits {
  readonly firstMs: number;
  readonly maxMs: number;
}

/** A wait is spread over +-25 % of its length, so that many ambassadors do not come back at the same moment. */
const JITTER = 0.25;

/** The wait after the `attempt`th failure (from 1): doubled each time up to `maxMs`, jittered. */
export function backoffMs(attempt: number, limits: BackoffLimits, random: Random): number {
  const doubled = Math.min(limits.maxMs, limits.firstMs * 2 ** (attempt - 1));
  return doubled * (1 - JITTER + 2 * JITTER * random());
}
