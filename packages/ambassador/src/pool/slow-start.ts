/** How long an endpoint that is new, or was away, takes to get its full share: caches are cold and connections are not pooled yet. */
const RAMP_MS = 5_000;
/** It begins with this part of its share: never with nothing, or it would prove nothing. */
const FIRST_PART = 0.1;

/** When an endpoint came or came back, and how long it takes then to get its full share. */
export interface Rise {
  readonly at: number;
  readonly rampMs: number;
}

/** It is new, or may be: whoever refused a connection may have been started anew. */
export function rise(now: number): Rise {
  return { at: now, rampMs: RAMP_MS };
}

/** It is back after a pause, since `pausedAt`: it was not away, and what it had it has. */
export function riseAfterPause(pausedAt: number, now: number): Rise {
  return { at: now, rampMs: Math.min(RAMP_MS, now - pausedAt) };
}

/** The part, above 0 and at most 1, of its share that an endpoint gets. */
export function rampShare({ at, rampMs }: Rise, now: number): number {
  return now - at >= rampMs ? 1 : Math.max(FIRST_PART, (now - at) / rampMs);
}
