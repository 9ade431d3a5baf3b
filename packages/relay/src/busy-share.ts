/** What was measured is true for so long; shorter than this it says more of one turn than of the process. */
const INTERVAL_MS = 100;

/**
 * A function that tells the part of the last 100 ms and more that the event loop of this process has been busy, from 0 to 1; 0 when it is
 * called first. Until then nothing is loaded for it.
 */
export function watchBusyShare(): () => number {
  let last: ReturnType<typeof performance.eventLoopUtilization> | undefined;
  let [lastAt, share] = [0, 0];
  return () => {
    if (last !== undefined && performance.now() - lastAt < INTERVAL_MS) return share;
    const now = performance.eventLoopUtilization();
    share = last === undefined ? 0 : performance.eventLoopUtilization(now, last).utilization;
    [last, lastAt] = [now, performance.now()];
    return share;
  };
}
