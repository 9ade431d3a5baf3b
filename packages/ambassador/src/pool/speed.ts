/** How long an endpoint's dials take. */
export interface Speed {
  /** Milliseconds, smoothed over the last few dials; undefined before the first. */
  readonly smoothedMs: number | undefined;
  readonly dials: number;
  /** Dials in a row that took much longer than its peers', and when the first of them ended. */
  readonly slowInARow: number;
  readonly slowSince: number;
}

/** A dial on a LAN takes 1 ms; below this nobody is called slow, whatever the others do. */
const SLOW_MS = 100;
/** Slow is who takes this many times as long as its peers' median. */
const SLOW_FACTOR = 5;
/** One slow dial is a lost packet or a radio that slept; so many in a row are not. */
const SLOW_DIALS = 3;
/** Nor is a pause that all dials of its time share: they must be slow for so long. */
const SLOW_FOR_MS = 1_000;
/** A peer is a measure once it was dialled this often. */
const DIALS_TO_COMPARE = 5;
/** The part of the newest dial in the smoothed time. */
const SMOOTHING = 0.3;

export const UNMEASURED: Speed = { smoothedMs: undefined, dials: 0, slowInARow: 0, slowSince: 0 };

/** The speed after one more dial that ended at `now`; `peers` are the other endpoints that it shares its clients with. */
export function recordLatency(speed: Speed, latencyMs: number, now: number, peers: () => readonly Speed[]): Speed {
  const { smoothedMs = latencyMs, dials, slowInARow, slowSince } = speed;
  const isSlow = isSlowBeside(latencyMs, peers);
  return {
    smoothedMs: smoothedMs + SMOOTHING * (latencyMs - smoothedMs),
    dials: dials + 1,
    slowInARow: isSlow ? slowInARow + 1 : 0,
    slowSince: isSlow && slowInARow > 0 ? slowSince : now,
  };
}

/** Whether it is so slow, for so long, that its peers should be used instead. */
export function isTooSlow({ slowInARow, slowSince }: Speed, now: number): boolean {
  return slowInARow >= SLOW_DIALS && now - slowSince >= SLOW_FOR_MS;
}

function isSlowBeside(latencyMs: number, peers: () => readonly Speed[]): boolean {
  if (latencyMs < SLOW_MS) return false;
  const measures = peers()
    .flatMap(({ smoothedMs, dials }) => (smoothedMs !== undefined && dials >= DIALS_TO_COMPARE ? [smoothedMs] : []))
    .sort((a, b) => a - b);
  const median = measures[measures.length >> 1];
  return median !== undefined && latencyMs >= SLOW_FACTOR * median;
}
