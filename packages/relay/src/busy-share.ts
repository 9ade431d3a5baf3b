/** What was measured is true for so long; shorter than this it says more of one turn than of the process. */
const INTERVAL_MS = 100;

/** A function that tells the part of the last 100 ms and more that the event loop of this process has been busy, from 0 to 1. */
export function watchBusyShare(): () => number {
  let [last, lastAt, share] = [performance.eventLoopUtilization(), performance.now(), 0];
  return () => {
    if (performance.now() - lastAt < INTERVAL_MS) return share;
    const now = performance.eventLoopUtilization();
    share = performance.eventLoopUtilization(now, last).utilization;
    [last, lastAt] = [now, performance.now()];
    return share;
  };
}
