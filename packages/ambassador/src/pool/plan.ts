import { type BalancerName, createBalancer } from './balancer.ts';
import type { Endpoint } from './endpoint.ts';
import { isInUse } from './member.ts';
import { UNPACED } from './pace.ts';
import { listChoices, type PriorityGroup } from './priority.ts';
import { shareByWeight } from './weight.ts';

/** What an engine that chooses by itself is to do with an endpoint. */
export interface PlannedEndpoint {
  readonly endpoint: Endpoint;
  /** Its part of the new connections, relative to the others that carry; above 0. */
  readonly share: number;
  /** Whether it takes new connections. What it carries goes on either way. */
  readonly isUsed: boolean;
  /** It was ejected; whether it is there again is to be found out, and told with `dialSucceeded` or `dialFailed`. */
  readonly isOnTrial: boolean;
}

/** Every endpoint, with what is to be done with it while nothing changes: the choice that `chooseMember` has, for all clients. */
export function planEndpoints(groups: readonly PriorityGroup[], now: number): readonly PlannedEndpoint[] {
  const proven = listChoices(
    groups.map((group) => group.filter(({ breaker }) => breaker.kind !== 'probation')),
    now,
  );
  const choices = proven.length > 0 ? proven : listChoices(groups, now);
  const shares = shareByWeight(choices.map(({ endpoint }) => endpoint.weight));
  return groups.flat().map((member) => {
    const { endpoint, breaker } = member;
    const index = choices.indexOf(member);
    const isOnTrial = breaker.kind === 'probation' && isInUse(member, now);
    return { endpoint, share: shares[index] ?? 1, isUsed: index >= 0, isOnTrial };
  });
}

/** Of those that are used the one that takes the connections of a client, by a balancer that goes by no chance. */
export function chooseOne(
  used: readonly PlannedEndpoint[],
  balance: Extract<BalancerName, 'first' | 'source-hash'>,
  clientAddress?: string,
): readonly PlannedEndpoint[] {
  const candidates = used.map(({ endpoint, share }) => ({ endpoint, share, active: 0, pace: UNPACED }));
  const one = createBalancer(balance, () => 0).choose(candidates, clientAddress);
  return used.filter(({ endpoint }) => endpoint === one?.endpoint);
}
