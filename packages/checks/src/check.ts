export type CheckOutcome = (
  | { readonly ok: true }
  /** `reason` is a sentence for people. */
  | { readonly ok: false; readonly reason: string; readonly fault?: CheckFault }
) & {
  /** The service is alive, and said whom it does not let in. */
  readonly denial?: Denial;
};

/**
 * `others`: nobody who comes from another machine, as a redis in protected mode. `this address`: not who comes from where the look
 * came from, and who else is not, cannot be known from here. `reason` is a sentence for people.
 */
export interface Denial {
  readonly whom: 'others' | 'this address';
  readonly reason: string;
}

/**
 * What more is known of a failure. `silent`: the service gave no sign of life in time, as one that is frozen or gone. `absent`:
 * nobody is there who could be disturbed. `foreign`: what answers speaks another protocol. `closed`: it hung up without a word.
 * `unreachable`: no route leads there. `command`: a command says so, of whatever it met. `local`: it could not be looked at from here,
 * which says nothing about it.
 */
export type CheckFault = 'silent' | 'unreachable' | 'absent' | 'foreign' | 'closed' | 'command' | 'local';

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

/** It is alive and lets in others than us, as far as we know. */
export function passDenied(denial: Denial): CheckOutcome {
  return { ok: true, denial };
}

export function failDenied(denial: Denial): CheckOutcome {
  return { ok: false, reason: denial.reason, denial };
}

export function failWith(fault: CheckFault, reason: string): CheckOutcome {
  return { ok: false, reason, fault };
}
