import { type DialFailure, isSilence } from './dial-failure.ts';

/** Dials in a row to which nobody said a word, since the last sign of life. */
export interface Silence {
  readonly since: number;
  readonly dials: number;
}

export const NO_SILENCE: Silence = { since: Number.POSITIVE_INFINITY, dials: 0 };

/** Where others answer, a few seconds will do; where nobody does, or a link of ours was lost, it may be we who are cut off. */
const SECONDED = { dials: 2, ms: 2_000 };
const ALONE = { dials: 5, ms: 30_000 };

/** The silence after one more dial that failed. Who refuses or resets is there. */
export function recordDialFailure(silence: Silence, failure: DialFailure, now: number): Silence {
  if (failure === 'local') return silence;
  return isSilence(failure) ? { since: Math.min(silence.since, now), dials: silence.dials + 1 } : NO_SILENCE;
}

/**
 * Whether an endpoint that discovery has lost sight of has been silent for long enough to be given up. It says nothing about its
 * connections: a full accept queue is silent, too, and they live.
 */
export function isGivenUp(silence: Silence, isSeconded: boolean, now: number): boolean {
  const needed = isSeconded ? SECONDED : ALONE;
  return silence.dials >= needed.dials && now - silence.since >= needed.ms;
}
