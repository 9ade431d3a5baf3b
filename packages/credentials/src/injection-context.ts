import type { CredentialEvent } from './credential-event.ts';

/** What the prologues of this package are given. */
export interface InjectionContext {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly onEvent: (event: CredentialEvent) => void;
}
