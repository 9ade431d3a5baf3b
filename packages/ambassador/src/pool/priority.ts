import type { Balancer, Candidate } from './candidate.ts';
import type { Endpoint } from './endpoint.ts';
import { isAdmitted, isInUse, type PoolMember } from './member.ts';
import { rampShare } from './slow-start.ts';
import { shareByWeight } from './weight.ts';

/** Members that are turned to together: of one standing, one SRV priority and, where it counts, one distance. */
export type PriorityGroup = readonly PoolMember[];

export interface PickRequest {
  /** Ids that were tried already. */
  readonly exclude: ReadonlySet<string>;
  readonly clientAddress?: string;
}

/** What is decided beside the order of the groups; each absent: as if there were none. */
export interface ChoiceRules {
  /** Whether a dial there may be made now. */
  readonly mayDial?: (member: PoolMember) => boolean;
  /** Of those that are left, to whom to turn after others were tried; not called with none. */
  readonly narrow?: (left: PriorityGroup) => PriorityGroup;
}

/** How far away an endpoint is: the nearer ones of a priority have a lower number. */
export type MeasureDistance = (endpoint: Endpoint) => number;

/**
 * The order in which groups are turned to: those in good standing by SRV priority (RFC 2782: the lowest number first) and within it
 * by distance, then the stale ones, and the draining ones only where nothing else is left.
 */
export function groupByPriority(
  members: Iterable<PoolMember>,
  measure: MeasureDistance = () => 0,
): readonly PriorityGroup[] {
  const groups = new Map<string, { standing: number; priority: number; distance: number; members: PoolMember[] }>();
  for (const member of members) {
    const standing = standingOf(member);
    const { priority } = member.endpoint;
    const distance = measure(member.endpoint);
    const key = `${standing} ${priority} ${distance}`;
    const group = groups.get(key) ?? { standing, priority, distance, members: [] };
    group.members.push(member);
    groups.set(key, group);
  }
  return [...groups.values()]
    .sort((a, b) => a.standing - b.standing || a.priority - b.priority || a.distance - b.distance)
    .map((group) => group.members);
}

/**
 * The member to try next. A group without a usable member falls over to the next one, and gets its turn back when one is
 * usable again. Panic rule: where more than half of all is ejected, the fault may be nearer to us than to them, so that
 * nobody is given up: the ejected ones are tried as well, after the usable ones, which a client must not pay for. Who fails
 * its active check is never tried.
 */
export function chooseMember(
  groups: readonly PriorityGroup[],
  balancer: Balancer,
  request: PickRequest,
  now: number,
  rules: ChoiceRules = {},
): PoolMember | undefined {
  let usableCount = 0;
  for (const group of groups) {
    const usable = group.filter((member) => isInUse(member, now));
    usableCount += usable.length;
    const chosen = balance(usable, balancer, request, now, rules);
    if (chosen !== undefined) return chosen;
  }
  if (!isPanic(usableCount, groups.flat().filter(isAdmitted).length)) return undefined;
  for (const group of groups) {
    const chosen = balance(group.filter(isAdmitted), balancer, request, now, rules);
    if (chosen !== undefined) return chosen;
  }
  return undefined;
}

/** Those among whom `chooseMember` would choose for a client that comes now; empty when nobody can be used. */
export function listChoices(groups: readonly PriorityGroup[], now: number): PriorityGroup {
  const inUse = groups.map((group) => group.filter((member) => isInUse(member, now)));
  const best = inUse.find((group) => group.length > 0);
  if (best !== undefined) return best;
  const admitted = groups.map((group) => group.filter(isAdmitted)).find((group) => group.length > 0);
  return admitted ?? [];
}

/** Every member in the order in which they would be tried by one client; those that would not be come last. */
export function orderMembers(groups: readonly PriorityGroup[], balancer: Balancer, now: number): readonly PoolMember[] {
  const ordered: PoolMember[] = [];
  const exclude = new Set<string>();
  for (;;) {
    const next = chooseMember(groups, balancer, { exclude }, now);
    if (next === undefined) break;
    ordered.push(next);
    exclude.add(next.endpoint.id);
  }
  return [...ordered, ...groups.flat().filter(({ endpoint }) => !exclude.has(endpoint.id))];
}

/** Whether so many are out of use that the judgement is doubtful: more than half. */
export function isPanic(usable: number, count: number): boolean {
  return count - usable > count / 2;
}

function balance(
  members: PriorityGroup,
  balancer: Balancer,
  request: PickRequest,
  now: number,
  { mayDial = () => true, narrow = (all) => all }: ChoiceRules,
): PoolMember | undefined {
  const untried = members.filter((member) => !request.exclude.has(member.endpoint.id) && mayDial(member));
  const left = untried.length > 1 && request.exclude.size > 0 ? narrow(untried) : untried;
  if (left.length < 2) return left[0];
  const shares = shareByWeight(left.map(({ endpoint }) => endpoint.weight));
  const candidates = left.map(
    ({ endpoint, tally, pace, risen }, index): Candidate => ({
      endpoint,
      active: tally.active,
      pace,
      share: (shares[index] ?? 1) * rampShare(risen, now),
    }),
  );
  const chosen = balancer.choose(candidates, request.clientAddress);
  return left.find(({ endpoint }) => endpoint.id === chosen?.endpoint.id);
}

function standingOf({ endpoint, presence }: PoolMember): number {
  if (endpoint.draining) return 2;
  return presence.kind === 'stale' ? 1 : 0;
}
