export type CheckOutcome =
  | { readonly ok: true }
  /** `reason` is a sentence for people. */
  | { readonly ok: false; readonly reason: string; readonly fault?: CheckFault };

/**
 * What more is known of a failure. `silent`: the service gave no sign of life in time, as one that is frozen or gone. `absent`:
 * nobody is there who could be disturbed. `foreign`: what answers speaks another protocol. `closed`: it hung up without a word.
 * `local`: it could not be looked at from here, which says nothing about it.
 */
export type CheckFault = 'silent' | 'absent' | 'foreign' | 'closed' | 'local';

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

export function failWith(fault: CheckFault, reason: string): CheckOutcome {
  return { ok: false, reason, fault };
}
