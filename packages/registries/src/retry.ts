import type { BackoffLimits } from '@mdns-ambassador/relay/backoff';

/** A registry that does not answer is asked again after these. */
export const RETRY: BackoffLimits = { firstMs: 400, maxMs: 8_000 };
