import { type Breaker, CLOSED, isUsable } from './breaker.ts';
import type { Endpoint, EndpointState, EndpointStatus, EndpointTally } from './endpoint.ts';
import type { EndpointHealth } from './health.ts';
import { type Pace, UNPACED } from './pace.ts';
import { NO_SILENCE, type Silence } from './silence.ts';
import { type Rise, rise } from './slow-start.ts';
import { type Speed, UNMEASURED } from './speed.ts';

type Presence =
  | { readonly kind: 'present' }
  /** `source` does not hear of it any more; kept while it answers, until `until` at most. `isUnasked`: kept in any case. */
  | {
      readonly kind: 'stale';
      readonly until: number;
      readonly source: string;
      readonly reason: string;
      readonly isUnasked: boolean;
    };

/** What is known of a place by who was sent there. */
interface PlaceRecord {
  breaker: Breaker;
  speed: Speed;
  silence: Silence;
  pace: Pace;
  /** The address at which a client reached it last. */
  reachedAt: string | undefined;
  /** Its last sign of life. */
  answeredAt: number;
  /** Somebody answered a dial where it is now. */
  hasAnswered: boolean;
  /** Dials that its announcer paid for and whose outcome is not known. */
  paidDials: number;
  /** When it came, or came back to use. */
  risen: Rise;
  /** Since when it paused, if that is all that it was ejected for. */
  pausedAt: number | undefined;
}

export interface PoolMember extends PlaceRecord {
  endpoint: Endpoint;
  presence: Presence;
  health: EndpointHealth;
  readonly tally: EndpointTally;
  /** When it became known. */
  readonly knownSince: number;
}

/** What is known of a place that nobody was sent to yet. */
export function freshRecord(now: number): PlaceRecord {
  return {
    breaker: CLOSED,
    speed: UNMEASURED,
    pace: UNPACED,
    silence: NO_SILENCE,
    reachedAt: undefined,
    answeredAt: Number.NEGATIVE_INFINITY,
    hasAnswered: false,
    paidDials: 0,
    risen: rise(now),
    pausedAt: undefined,
  };
}

export function stateOf(member: PoolMember): EndpointState {
  if (member.health.kind === 'failing') return 'ejected';
  if (member.presence.kind === 'stale') return 'stale';
  if (member.endpoint.draining) return 'draining';
  if (member.health.kind === 'unchecked') return 'probation';
  switch (member.breaker.kind) {
    case 'closed':
      return 'ready';
    case 'ejected':
    case 'probation':
      return member.breaker.kind;
    default:
      return member.breaker satisfies never;
  }
}

export function describeMember(member: PoolMember): EndpointStatus {
  return { ...member.endpoint, state: stateOf(member), ...member.tally };
}

/** The endpoint, with the address first at which it was reached last: one that is out of date costs one connection its wait, not each. */
export function preferReached({ endpoint, reachedAt }: PoolMember): Endpoint {
  const { addresses } = endpoint;
  if (reachedAt === undefined || reachedAt === addresses[0] || !addresses.includes(reachedAt)) return endpoint;
  return { ...endpoint, addresses: [reachedAt, ...addresses.filter((address) => address !== reachedAt)] };
}

/** Nobody hears of it, and whoever should was asked: it is in the pool for as long as it answers. */
export function isLostSight({ presence }: PoolMember): boolean {
  return presence.kind === 'stale' && !presence.isUnasked;
}

/** Its last dial failed. */
export function isSuspect(member: PoolMember): boolean {
  return member.breaker.kind !== 'closed' || member.breaker.failures > 0;
}

/** It has answered, and its last dial did not fail. */
export function isProven(member: PoolMember): boolean {
  return member.hasAnswered && !isSuspect(member);
}

/** Whether clients may be sent there at all: its check, if it has one, passes. */
export function isAdmitted(member: PoolMember): boolean {
  return member.health.kind === 'passing';
}

/** Whether clients are sent there as long as there is a choice. */
export function isInUse(member: PoolMember, now: number): boolean {
  return isAdmitted(member) && isUsable(member.breaker, now);
}
