/** How long an endpoint that is new, or back, takes to get its full share: caches are cold and connections are not pooled yet. */
const RAMP_MS = 5_000;
/** It begins with this part of its share: never with nothing, or it would prove nothing. */
const FIRST_PART = 0.1;

/** The part, above 0 and at most 1, of its share that an endpoint gets that came or came back at `risenAt`. */
export function rampShare(risenAt: number, now: number): number {
  return Math.min(1, Math.max(FIRST_PART, (now - risenAt) / RAMP_MS));
}
