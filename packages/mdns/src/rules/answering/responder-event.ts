import type { AddressFamily } from '../../network.ts';

/** Past-tense facts; `id` is the caller's own. */
export type ResponderEvent =
  /** The name is ours on this interface. */
  | { readonly kind: 'claimed'; readonly id: string }
  /** The first announcement leaves with this `advance`. */
  | { readonly kind: 'announced'; readonly id: string }
  /** Somebody else has the name. The service is silent until it is published again under another. */
  | { readonly kind: 'conflict'; readonly id: string }
  /** The first announcement of an alias leaves with this `advance`. */
  | { readonly kind: 'alias-announced'; readonly id: string }
  /** As `conflict`, for an alias: it is silent until `setAlias` gives it another label. */
  | { readonly kind: 'alias-conflict'; readonly id: string }
  | { readonly kind: 'host-claimed' }
  /** As `conflict`, for the host name: its services are silent until `setHost` gives another. */
  | { readonly kind: 'host-conflict'; readonly family: AddressFamily | undefined };
