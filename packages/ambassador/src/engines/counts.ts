import type { EngineCounters } from './engine.ts';

export const NO_COUNTERS: EngineCounters = {
  active: 0,
  accepted: 0,
  failed: 0,
  retried: 0,
  dropped: 0,
  overload: 0,
  bytesUp: 0,
  bytesDown: 0,
};

/** Each count of the two together; what only one has is as it is. */
export function addCounts<Counts extends object>(one: Counts, other: Counts | undefined): Counts {
  const sum = { ...other, ...one };
  for (const [key, count] of Object.entries(other ?? {}))
    Reflect.set(sum, key, Number(count) + Number(Reflect.get(one, key) ?? 0));
  return sum;
}
