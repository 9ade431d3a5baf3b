/** How many byte streams are tried: CI's share, unless AMBASSADOR_FUZZ_RUNS says otherwise. 100000 is the whole, and takes minutes. */
export function countFuzzRuns(share: number): number {
  return Number(process.env.AMBASSADOR_FUZZ_RUNS ?? share);
}

/** A limit against hanging, no measure. */
export const FUZZ_TIMEOUT_MS: number = 1_800_000;
