/** A record with a TTL of 0 is asked for once a second. */
const SHORTEST_MS = 1_000;
/** Who wrote a TTL of a week may still move today. */
const LONGEST_MS = 60 * 60 * 1_000;
/** RFC 2308 lets "there is none" hold for hours; whoever waits for an endpoint should not. */
const LONGEST_NEGATIVE_MS = 30_000;

/** How long an answer with this TTL holds, in milliseconds: from 1 s to 1 h. */
export function holdMs(ttlSeconds: number): number {
  return clamp(ttlSeconds * 1_000, LONGEST_MS);
}

/** The same for the answer that there is none: from 1 s to 30 s. */
export function holdNegativeMs(ttlSeconds: number | undefined): number {
  return ttlSeconds === undefined ? LONGEST_NEGATIVE_MS : clamp(ttlSeconds * 1_000, LONGEST_NEGATIVE_MS);
}

function clamp(durationMs: number, longestMs: number): number {
  return Math.min(longestMs, Math.max(SHORTEST_MS, durationMs));
}
