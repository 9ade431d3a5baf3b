/** How long what a name server, or the system's resolver, said may be believed at most, unless told otherwise. */
export const DEFAULT_MAX_TTL_MS = 30_000;
/** A record with a TTL of 0 is asked for once a second. */
const SHORTEST_MS = 1_000;
/** RFC 2308 lets "there is none" hold for hours; whoever waits for an endpoint should not. */
const LONGEST_NEGATIVE_MS = 30_000;
/** Nothing was learnt of one family of addresses. */
const HALF_KNOWN_MS = 5_000;

/** How long an answer with this TTL holds, in milliseconds: 1 s at least, `longestMs` at most. */
export function holdMs(ttlSeconds: number, longestMs: number, isHalfKnown: boolean): number {
  return clamp(ttlSeconds * 1_000, isHalfKnown ? Math.min(longestMs, HALF_KNOWN_MS) : longestMs);
}

/** The same for the answer that there is none: 30 s at most, too. */
export function holdNegativeMs(ttlSeconds: number | undefined, longestMs: number): number {
  const atMostMs = Math.min(longestMs, LONGEST_NEGATIVE_MS);
  return ttlSeconds === undefined ? clamp(atMostMs, atMostMs) : clamp(ttlSeconds * 1_000, atMostMs);
}

function clamp(durationMs: number, longestMs: number): number {
  return Math.max(SHORTEST_MS, Math.min(longestMs, durationMs));
}
