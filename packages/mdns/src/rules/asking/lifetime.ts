import type { RecordData, ResourceRecord } from '../../wire/record.ts';
import type { RefreshJitter } from './refresh-jitter.ts';

export type ExpiryReason = 'goodbye' | 'expired' | 'flushed' | 'unreachable' | 'evicted';

/** RFC 6762 10.1, 10.2: what is withdrawn stays for a second, so that another owner can rescue it. */
export const GRACE_MS = 1000;
/** RFC 6762 10.4: unconfirmed records go "within a few seconds"; four questions fit before that. */
export const RECONFIRM_MS = 9000;

/** RFC 6762 5.2: when to ask for a record again, in parts of its TTL, with up to 2 % of jitter. */
const REFRESH_AT = [0.8, 0.85, 0.9, 0.95];
const REFRESH_JITTER = 0.02;
/** Records that live for less are not refreshed: a peer could make us ask without end. */
const MIN_REFRESHED_MS = 5000;
/** RFC 6762 10.4: two questions or more, at these times after the doubt arose. */
const RECONFIRM_AT_MS = [0, 1000, 3000, 6000];

/** A TTL beyond this only keeps the dead alive. */
const MAX_TTL_SECONDS = 4500;
/** RFC 6762 10: records that hold a host name or address have 120 seconds; more is not believed. */
const MAX_HOST_TTL_SECONDS = 120;
const MS_PER_SECOND = 1000;

/** How the life of a cached record goes on. `asked` counts the questions since it was heard or doubted. */
export type Lifetime =
  | { readonly kind: 'fresh'; readonly asked: number }
  | {
      readonly kind: 'doubted';
      readonly asked: number;
      readonly since: number;
      readonly reason: 'expired' | 'unreachable' | 'goodbye';
    }
  /** `by`: over which address family that was heard. */
  | {
      readonly kind: 'leaving';
      readonly reason: 'goodbye' | 'flushed';
      readonly since: number;
      readonly by: 'IPv4' | 'IPv6';
    };

/** Its owner took it back (RFC 6762 10.1). */
export function isTakenBack(lifetime: Lifetime): boolean {
  return lifetime.kind === 'leaving' && lifetime.reason === 'goodbye';
}

/** For how long a record counts from when it was heard, whatever TTL its owner wishes. */
export function lifetimeMs(record: ResourceRecord): number {
  return Math.min(record.ttl, maxTtlSeconds(record.data)) * MS_PER_SECOND;
}

/** When to ask for the record next; Infinity when never again. */
export function nextAskAt(lifetime: Lifetime, receivedAt: number, ttlMs: number, jitter: RefreshJitter): number {
  switch (lifetime.kind) {
    case 'fresh': {
      const part = REFRESH_AT[lifetime.asked];
      if (part === undefined || ttlMs < MIN_REFRESHED_MS) return Number.POSITIVE_INFINITY;
      return receivedAt + ttlMs * (part + REFRESH_JITTER * jitter.draw(receivedAt, lifetime.asked));
    }
    case 'doubted': {
      const delay = RECONFIRM_AT_MS[lifetime.asked];
      return delay === undefined ? Number.POSITIVE_INFINITY : lifetime.since + delay;
    }
    case 'leaving':
      return Number.POSITIVE_INFINITY;
    default:
      return lifetime satisfies never;
  }
}

/** Why a record is gone once its time is up. */
export function expiryReason(lifetime: Lifetime): ExpiryReason {
  return lifetime.kind === 'fresh' ? 'expired' : lifetime.reason;
}

function maxTtlSeconds(data: RecordData): number {
  return data.type === 'SRV' || data.type === 'A' || data.type === 'AAAA' ? MAX_HOST_TTL_SECONDS : MAX_TTL_SECONDS;
}
