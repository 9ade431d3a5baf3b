import { type Clock, systemClock } from '@mdns-ambassador/mdns';

/** The machine's clock, whose time of day can be set ahead: what a machine sees that has slept. */
export interface JumpingClock extends Clock {
  jump(byMs: number): void;
}

export function createJumpingClock(): JumpingClock {
  let aheadMs = 0;
  return {
    ...systemClock,
    wallClock: () => systemClock.wallClock() + aheadMs,
    jump(byMs) {
      aheadMs += byMs;
    },
  };
}
