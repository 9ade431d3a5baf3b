const FIRST_MS = 500;
const LONGEST_MS = 10_000;
/** Waits are spread over half of their length, so that those who lost a server together do not come back together. */
const JITTER = 0.5;

/** The wait after the `attempt`th failure in a row (from 1): doubled each time, from half a second to ten seconds. `random` in [0, 1). */
export function backoffMs(attempt: number, random: () => number): number {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt - 1, 16));
  return longest * (1 - JITTER * random());
}
