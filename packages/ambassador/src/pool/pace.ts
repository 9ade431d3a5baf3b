/** How long connections of an endpoint last. */
export interface Pace {
  /** Milliseconds: half of them are shorter, as an estimate; undefined before the first has ended. */
  readonly typicalMs: number | undefined;
  readonly ended: number;
}

/** Each connection that has ended moves the estimate by this factor, up or down: how far away it was is chance. */
const STEP = 1.1;
const SHORTEST_MS = 0.1;
/** So many must have ended before it says anything. */
const ENDED_TO_COMPARE = 20;
/** Who takes no longer than this, or than this many times as long as the others, is as quick as they are. */
const QUICK_MS = 5;
const SLOW_FACTOR = 2;
/** The slowest gets this part of its share: never nothing, or nobody would know when it is quick again. */
const LEAST_PART = 0.25;

export const UNPACED: Pace = { typicalMs: undefined, ended: 0 };

/** The pace after one more connection that lasted for `tookMs`. */
export function recordEnd({ typicalMs, ended }: Pace, tookMs: number): Pace {
  const took = Math.max(SHORTEST_MS, tookMs);
  const moved =
    typicalMs === undefined
      ? took
      : took > typicalMs
        ? Math.min(took, typicalMs * STEP)
        : Math.max(took, typicalMs / STEP);
  return { typicalMs: moved, ended: ended + 1 };
}

/** What endpoints that share their clients are compared by: the lower median of their typical times; undefined where too little is known. */
export function usualMs(paces: readonly Pace[]): number | undefined {
  const known = paces.flatMap(({ typicalMs, ended }) =>
    typicalMs !== undefined && ended >= ENDED_TO_COMPARE ? [typicalMs] : [],
  );
  return known.sort((a, b) => a - b)[(known.length - 1) >> 1];
}

/** The part of its share, above 0 and at most 1, that an endpoint gets beside others that take `usual` milliseconds. */
export function paceShare({ typicalMs, ended }: Pace, usual: number | undefined): number {
  if (typicalMs === undefined || usual === undefined || ended < ENDED_TO_COMPARE) return 1;
  return Math.min(1, Math.max(LEAST_PART, Math.max(QUICK_MS, SLOW_FACTOR * usual) / typicalMs));
}
