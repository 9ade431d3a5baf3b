import type { ViewEvent } from './instance-view.ts';

export type QuerierEvent =
  | (ViewEvent & { readonly subtype: string | undefined })
  /** A service type is on the link (RFC 6763 9). May come again for the same type. */
  | { readonly kind: 'type-found'; readonly type: string };
