/** `reason` is a sentence for people. */
export type CheckOutcome = { readonly ok: true } | { readonly ok: false; readonly reason: string };

/** Looks once whether a service is up. */
export interface Check {
  /**
   * Resolves with what was found; never rejects and never takes longer than its signal: when that aborts, it resolves as
   * failed at once. Everything it opened is closed by the time it resolves or shortly after. The caller never overlaps runs.
   */
  run(signal: AbortSignal): Promise<CheckOutcome>;
}

export const PASSED: CheckOutcome = { ok: true };

export function failCheck(reason: string): CheckOutcome {
  return { ok: false, reason };
}
