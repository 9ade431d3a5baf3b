import type { Destination, Leg } from '@mdns-ambassador/relay';
import type { CredentialEvent } from './credential-event.ts';
import type { Holder } from './port-holder.ts';
import type { CancelKeys } from './postgres/cancel-keys.ts';

/** What the prologues of this package are given. */
export interface InjectionContext {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly onEvent: (event: CredentialEvent) => void;
  /** Whether somebody has asked to tell this destination the credentials although it has shown nothing. Absent: never. */
  readonly trusts?: (destination: Destination) => boolean;
  /** Who holds the port that a connection on this machine leads to. Absent: that is not known. */
  readonly holderOf?: (upstream: Leg) => Holder;
  /** Where other processes carry for the same clients of PostgreSQL. Absent: none do. */
  readonly cancelKeys?: CancelKeys;
}
