import type { ExpiryReason } from './lifetime.ts';
import type { CachedRecord } from './record-store.ts';

/** What happened to a record that is kept. */
export type CacheEvent =
  /**
   * `changed`: rescued after a goodbye or flush, current again, or heard from this host for the first time. `withdrawn`: its goodbye
   * was heard.
   */
  | { readonly kind: 'added' | 'refreshed' | 'changed' | 'withdrawn'; readonly entry: CachedRecord }
  | { readonly kind: 'expired'; readonly entry: CachedRecord; readonly reason: ExpiryReason }
  /** Somebody who is interested asks for it now (RFC 6762 5.2, 10.4). */
  | { readonly kind: 'refresh-due'; readonly entry: CachedRecord }
  /** Others asked for it twice, and nobody answered (RFC 6762 10.5). */
  | { readonly kind: 'unanswered'; readonly entry: CachedRecord };
