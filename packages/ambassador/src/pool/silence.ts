import type { DialFailure } from './dial-failure.ts';

/** Dials in a row to which nobody said a word, since the last sign of life. */
export interface Silence {
  readonly since: number;
  readonly dials: number;
  /** Of those in a row at the end: the network said that there is no such host (EHOSTUNREACH). */
  readonly unreachable: number;
}

export const NO_SILENCE: Silence = { since: Number.POSITIVE_INFINITY, dials: 0, unreachable: 0 };

/** What else is known. */
export interface Circumstances {
  /** Discovery does not find the endpoint either. */
  readonly isLostSight: boolean;
  /** Another endpoint answered since this one fell silent: it is not we who are cut off. */
  readonly doOthersAnswer: boolean;
}

/**
 * A full accept queue is silent too, and its connections live: silence alone must last. Where others answer, and discovery has
 * lost sight of the endpoint or the network knows no such host, a few seconds will do.
 */
const SECONDED = { dials: 2, ms: 2_000 };
const ALONE = { dials: 5, ms: 30_000 };

/** The silence after one more dial that failed. Who refuses or resets is there. */
export function recordDialFailure(silence: Silence, failure: DialFailure, now: number): Silence {
  switch (failure) {
    case 'timeout':
      return { since: Math.min(silence.since, now), dials: silence.dials + 1, unreachable: 0 };
    case 'unreachable':
      return {
        since: Math.min(silence.since, now),
        dials: silence.dials + 1,
        unreachable: silence.unreachable + 1,
      };
    case 'refused':
    case 'reset':
    case 'handshake':
    case 'busy':
    case 'down':
    case 'draining':
    case 'identity':
      return NO_SILENCE;
    case 'local':
      return silence;
    default:
      return failure satisfies never;
  }
}

/** Whether the endpoint is dead, so that what it carries will never end by itself. */
export function isDead(silence: Silence, { isLostSight, doOthersAnswer }: Circumstances, now: number): boolean {
  const silentMs = now - silence.since;
  const isSeconded = doOthersAnswer && (isLostSight || silence.unreachable >= SECONDED.dials);
  const needed = isSeconded ? SECONDED : ALONE;
  return silence.dials >= needed.dials && silentMs >= needed.ms;
}
