import type { AddressFamily } from './network.ts';
import type { Txt } from './txt.ts';

/** A service to publish (RFC 6763 4). Validated: a label over 63 bytes, a TXT string over 255, a port out of 1..65535 throw. */
export interface ServiceOptions {
  /** Instance name, one label of UTF-8, 63 bytes at most. */
  readonly name: string;
  /** `_redis._tcp` */
  readonly type: string;
  readonly subtypes?: readonly string[];
  readonly port: number;
  /** SRV priority and weight, 0..65535 (RFC 2782). */
  readonly priority?: number;
  readonly weight?: number;
  readonly txt?: Txt;
  /** Seconds for the PTR and TXT records (default 4500); SRV and addresses have 120 at most (RFC 6762 10). */
  readonly ttl?: number | undefined;
  /** Publish on these interfaces only, by name; default all that the node uses. */
  readonly interfaces?: readonly string[];
  /** One more name of the host, one label: `web` for `web.local`. Told while the service is; services of a node may share one. */
  readonly alias?: string;
  /** Its host has addresses of this family alone, under a name of its own; default both. */
  readonly family?: AddressFamily;
}

export type ServiceChange = Partial<Pick<ServiceOptions, 'subtypes' | 'port' | 'priority' | 'weight' | 'txt' | 'ttl'>>;

export type PublicationState =
  /** The name is being claimed, or is claimed and kept, but nothing is announced. */
  | { readonly kind: 'held' }
  | { readonly kind: 'probing' }
  | { readonly kind: 'announced'; readonly interfaces: readonly string[] }
  | { readonly kind: 'closed' };

export type PublicationEvent =
  /** `interfaces`: names of those where it is announced now. Emitted again when that set changes. */
  | { readonly kind: 'announced'; readonly name: string; readonly interfaces: readonly string[] }
  /** Somebody else has the name; the publication goes on under the new one (RFC 6762 9). */
  | { readonly kind: 'renamed'; readonly from: string; readonly to: string }
  | { readonly kind: 'withdrawn'; readonly name: string }
  /** The service is announced, and its alias (`web.local`) answers. Again when it was withdrawn, or has another name or other addresses. */
  | { readonly kind: 'alias-announced'; readonly alias: string; readonly interfaces: readonly string[] }
  /** Somebody else has it; it goes on as another (RFC 6762 9). */
  | { readonly kind: 'alias-renamed'; readonly from: string; readonly to: string }
  /** Whatever was tried, others have it: the service goes on without. */
  | { readonly kind: 'alias-lost'; readonly alias: string };

export interface Publication {
  /** The name as it is now: `redis on h1`, or `redis on h1 (2)` after a conflict. */
  readonly name: string;
  readonly state: PublicationState;
  /** The SRV target, in presentation format. */
  readonly host: string;
  /** One more name of the host as it is now, `web-2.local`; absent where there is none. */
  readonly alias?: string | undefined;
  /** Linked peers, who are told of it whether or not the network is; absent where there are no peer links. */
  readonly peers?: number | undefined;
  /** Changes data without a goodbye: the new records are announced with the cache-flush bit (RFC 6762 8.4). */
  update(change: ServiceChange): void;
  /** Says goodbye but keeps the name claimed, so that `announce` is immediate. */
  withdraw(): void;
  /** Announces as soon as the name is claimed. No-op when announced. */
  announce(): void;
  /** Goodbye, then forget. Resolves when the goodbye was sent. Siblings are not touched. Idempotent. */
  close(): Promise<void>;
}
