const WANTED = process.env.AMBASSADOR_FUZZ_RUNS;

/** How many byte streams are tried: CI's share, unless AMBASSADOR_FUZZ_RUNS says otherwise. 1000000 is the whole, and takes an hour or two. */
export function countFuzzRuns(share: number): number {
  return Number(WANTED ?? share);
}

/** A limit against hanging, no measure. */
export const FUZZ_TIMEOUT_MS: number = Math.max(1_800_000, countFuzzRuns(0) * 20);
