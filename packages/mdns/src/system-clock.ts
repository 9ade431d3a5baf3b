import type { Clock } from './clock.ts';

/** `setTimeout` fires at once for anything longer. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The machine's clock. A delay beyond 24 days is cut to that. */
export const systemClock: Clock = {
  now: () => performance.now(),
  wallClock: () => Date.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, Math.max(0, Math.min(Math.ceil(delayMs), MAX_TIMEOUT_MS)));
    return () => clearTimeout(timer);
  },
};
