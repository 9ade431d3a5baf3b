import { isDeepStrictEqual } from 'node:util';
import { expect } from 'vitest';
import { Lateness } from './lateness.ts';

export interface Followed {
  /** From the call to the beginning of the last look that showed something else. */
  readonly ms: number;
  /** How late the machine may have made it. */
  readonly lateMs: number;
}

/** Looks until what is expected is there. */
export async function follow<Seen>(look: () => Promise<Seen>, expected: Seen): Promise<Followed> {
  const since = performance.now();
  const lateness = new Lateness();
  let missedAt = since;
  const watch = async (): Promise<Seen> => {
    const at = performance.now();
    const seen = await look();
    if (!isDeepStrictEqual(seen, expected)) missedAt = at;
    return seen;
  };
  let lateMs = 0;
  try {
    await expect.poll(watch).toEqual(expected);
  } finally {
    lateMs = lateness.end();
  }
  return { ms: Math.round(missedAt - since), lateMs };
}
