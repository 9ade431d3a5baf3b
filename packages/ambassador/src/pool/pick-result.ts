import type { Endpoint } from './endpoint.ts';

/** What a pool answers to who asks for an endpoint to dial. */
export type PickResult =
  | { readonly kind: 'endpoint'; readonly endpoint: Endpoint }
  /** None is known, or none passes its check: wait for one. */
  | { readonly kind: 'nobody' }
  /** All that may be used now were tried. */
  | { readonly kind: 'exhausted' }
  /** Who is left may be dialled later: his announcer has been paid for as many dials as he may have. */
  | { readonly kind: 'unaffordable' };
