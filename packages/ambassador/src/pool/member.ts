import type { Breaker } from './breaker.ts';
import type { Endpoint, EndpointState, EndpointStatus } from './endpoint.ts';

/** What an endpoint has carried. Lives on while connections do, also when the endpoint has left and returns. */
export interface Tally {
  active: number;
  total: number;
  failures: number;
}

type Presence =
  | { readonly kind: 'present' }
  /** `source` does not hear of it any more; kept while it answers, until `until` at most. */
  | { readonly kind: 'stale'; readonly until: number; readonly source: string; readonly reason: string };

/** An endpoint in the pool. */
export interface Member {
  endpoint: Endpoint;
  presence: Presence;
  breaker: Breaker;
  readonly tally: Tally;
}

export function stateOf(member: Member): EndpointState {
  if (member.presence.kind === 'stale') return 'stale';
  if (member.endpoint.draining) return 'draining';
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

export function describeMember(member: Member): EndpointStatus {
  return { ...member.endpoint, state: stateOf(member), ...member.tally };
}

/** Its last dial failed. */
export function isSuspect(member: Member): boolean {
  return member.breaker.kind !== 'closed' || member.breaker.failures > 0;
}
