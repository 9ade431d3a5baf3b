import type { Random } from '@mdns-ambassador/mdns';
import type { Clock } from '@mdns-ambassador/relay';
import type { Update } from '../pool/update.ts';
import type { AddressRefusal } from './address-policy.ts';
import type { SourceHealth } from './source-health.ts';

/** An instance that is not used because none of its addresses may be dialled. */
export interface UndialledInstance {
  readonly service: string;
  readonly instance: string;
  readonly addresses: readonly { readonly address: string; readonly refusal: AddressRefusal }[];
}

/** An instance that is not used: it is not of our mesh, is of one while we have none, or leads back to us. */
export interface ForeignInstance {
  readonly service: string;
  readonly instance: string;
  /** For people; it may hold what the record says. */
  readonly reason: string;
}

/** An instance that is heard of and not used. */
export type RefusedInstance = UndialledInstance | ForeignInstance;

/** Finds the endpoints of one service. */
export interface Source {
  /** `mdns`, `static:10.0.0.1:6379` ... : what the user wrote. */
  readonly name: string;
  /** Called once. `onUpdate` is never called synchronously within `start`, and never after `close` has resolved. */
  start(onUpdate: (update: Update) => void): Promise<void>;
  /** A dial to this endpoint failed: look again whether it is there. */
  verify(id: string): void;
  /** Those that are there now; absent where a source refuses none. */
  listRefused?(): readonly RefusedInstance[];
  close(): Promise<void>;
}

/** What a source that asks, waits and asks again works with. */
export interface SourceTools {
  readonly clock: Clock;
  readonly random: Random;
  readonly onHealth?: ((health: SourceHealth) => void) | undefined;
}
