import type { Publisher } from '../held-publication.ts';

/** Somebody else's mDNS stack that publishes for us. It announces only; browsing stays with the native node. */
export interface ForeignResponder extends Publisher {
  /** Rejects with an AnnouncerError, `RESPONDER_UNAVAILABLE`, that says what is missing and what works instead. Idempotent. */
  start(): Promise<void>;
  /** Goodbyes, then lets go of everything; nothing fires after it has resolved. Idempotent. */
  close(): Promise<void>;
}

export type ForeignResponderEvent =
  /** What speaks mDNS for us is gone; everything is published again when it is back. */
  | { readonly kind: 'responder-lost'; readonly reason: string }
  | { readonly kind: 'responder-back' }
  /** One service could not be published; it is tried again. Told once for each reason. */
  | { readonly kind: 'publish-failed'; readonly name: string; readonly reason: string };
