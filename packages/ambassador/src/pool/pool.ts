import type { CheckOutcome } from '@mdns-ambassador/checks';
import type { Random } from '@mdns-ambassador/mdns';
import { type BalancerName, createBalancer } from './balancer.ts';
import { advanceBreaker, isUsable, recordFailure, recordPick, recordSlowness, recordSuccess } from './breaker.ts';
import type { Balancer } from './candidate.ts';
import type { DialBudget } from './dial-budget.ts';
import { type DialFailure, FAILURE_REASONS, isJudgedByTime, mayBePartial } from './dial-failure.ts';
import type { Endpoint, EndpointState, EndpointStatus } from './endpoint.ts';
import { PASSING, UNCHECKED } from './health.ts';
import { describeMember, isAdmitted, isLostSight, type PoolMember, preferReached, stateOf } from './member.ts';
import { type MembershipOptions, PoolMembers } from './membership.ts';
import { recordEnd } from './pace.ts';
import type { PickResult } from './pick-result.ts';
import { type PlannedEndpoint, planEndpoints } from './plan.ts';
import type { PoolEvent } from './pool-event.ts';
import { chooseMember, isPanic, orderMembers, type PickRequest } from './priority.ts';
import { narrowAfterFailure } from './second-try.ts';
import { isGivenUp, NO_SILENCE, recordDialFailure } from './silence.ts';
import { rise, riseAfterPause } from './slow-start.ts';
import { isTooSlow, recordLatency } from './speed.ts';
import type { Update } from './update.ts';

export interface PoolOptions extends Pick<MembershipOptions, 'sources' | 'merge' | 'distances'> {
  readonly balance: BalancerName;
  readonly random: Random;
  /** Nobody is sent to an endpoint before `checked` has said that it passes. */
  readonly isChecked?: boolean;
  /** By how many milliseconds this process runs late; while it does, its judgement of time counts against nobody. */
  readonly lag?: () => number;
  /** Whether this machine may have had no link to an endpoint at any time since then, or shortly before; absent: it always had one. */
  readonly mayBeCutOff?: (endpoint: Endpoint, since: number) => boolean;
  /** What announcers may have dialled; shared by all who dial. Absent: without bound. */
  readonly budget?: DialBudget | undefined;
}

/** Whether a dial may be made. `paid`: by who announced the endpoint, which has not answered yet. */
export type DialAdmission = 'free' | 'paid' | 'refused';

/** A process that is this late sees silence where there is none. */
const OWN_LAG_MS = 200;

/** The endpoints of one service, and which of them is next. Pure: times are milliseconds of one monotonic clock. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #members: PoolMembers;
  readonly #balancer: Balancer;

  constructor(options: PoolOptions) {
    this.#options = options;
    const { sources, merge, isChecked, distances } = options;
    this.#members = new PoolMembers({
      sources,
      merge,
      distances,
      firstHealth: isChecked === true ? UNCHECKED : PASSING,
    });
    this.#balancer = createBalancer(options.balance, options.random);
  }

  /** Takes in what a source said. */
  apply(source: string, update: Update, now: number): readonly PoolEvent[] {
    return this.#members.apply(source, update, now);
  }

  /** The next endpoint to try, or why there is none. */
  pick(request: PickRequest, now: number): PickResult {
    const isOrdered = this.#options.balance === 'first';
    let isAnyUnaffordable = false;
    const mayDial = ({ endpoint: { announcer }, hasAnswered }: PoolMember): boolean => {
      const isAffordable =
        hasAnswered || announcer === undefined || this.#options.budget?.hasLeft(announcer, now) !== false;
      isAnyUnaffordable ||= !isAffordable;
      return isAffordable;
    };
    const member = chooseMember(this.#members.rank(), this.#balancer, request, now, {
      mayDial,
      ...(isOrdered ? {} : { narrow: (left) => narrowAfterFailure(left, request.exclude, this.#members) }),
    });
    if (member === undefined) {
      if (!this.hasEndpoint()) return { kind: 'nobody' };
      return { kind: isAnyUnaffordable ? 'unaffordable' : 'exhausted' };
    }
    if (this.#admit(member, now) === 'paid') member.paidDials += 1;
    member.breaker = recordPick(member.breaker, now);
    return { kind: 'endpoint', endpoint: preferReached(member) };
  }

  /** Asked before a dial beside those that `pick` stands for: of a check, or at a further address. */
  admitDial(id: string, now: number): DialAdmission {
    const member = this.#members.get(id);
    return member === undefined ? 'free' : this.#admit(member, now);
  }

  /** Such a dial was answered. */
  dialAnswered(id: string, admission: DialAdmission, now: number): void {
    const member = this.#members.get(id);
    if (member === undefined) return;
    member.hasAnswered = true;
    if (admission === 'paid') this.#giveBack(member, now);
  }

  /** Every endpoint in the order in which one client would try them. Changes nothing. */
  order(now: number): readonly Endpoint[] {
    const fresh = createBalancer(this.#options.balance, this.#options.random);
    return orderMembers(this.#members.rank(), fresh, now).map(({ endpoint }) => endpoint);
  }

  /** What an engine that chooses by itself is to do with every endpoint. Changes nothing. */
  plan(now: number): readonly PlannedEndpoint[] {
    return planEndpoints(this.#members.rank(), now);
  }

  /** A connection is now carried by this endpoint. */
  opened(id: string): void {
    const tally = this.#members.tallyOf(id);
    if (tally === undefined) return;
    tally.active += 1;
    tally.total += 1;
  }

  /** A connection that was `opened` ended, after `tookMs` and so many bytes. */
  closed(id: string, tookMs: number, bytesUp = 0, bytesDown = 0): void {
    const member = this.#members.get(id);
    if (member !== undefined) member.pace = recordEnd(member.pace, tookMs);
    const tally = this.#members.tallyOf(id);
    if (tally === undefined) return;
    tally.active = Math.max(0, tally.active - 1);
    tally.bytesUp += bytesUp;
    tally.bytesDown += bytesDown;
    if (tally.active === 0) this.#members.forgetDeparted(id);
  }

  /** It answered after `latencyMs`, at `address`, which is tried first from now on. One that is much slower than its peers is ejected, but never so that half of them are. */
  dialSucceeded(id: string, now: number, latencyMs = 0, address?: string): readonly PoolEvent[] {
    const member = this.#members.get(id);
    if (member === undefined) return [];
    member.reachedAt = address ?? member.reachedAt;
    this.#hear(member, now);
    member.hasAnswered = true;
    if (member.paidDials > 0) {
      member.paidDials -= 1;
      this.#giveBack(member, now);
    }
    const isLagging = this.#isLagging();
    if (!isLagging) {
      member.speed = recordLatency(member.speed, latencyMs, now, () => this.#peersOf(member).map(({ speed }) => speed));
    }
    if (isTooSlow(member.speed, now) && !isLagging && this.#isDispensable(member, now)) {
      return this.#members.changeState(member, 'answers much later than the others', () => {
        if (member.breaker.kind === 'closed') member.pausedAt = now;
        member.breaker = recordSlowness(member.breaker, now, this.#options.random);
      });
    }
    return this.#members.changeState(member, 'answers', () => this.#restore(member, now));
  }

  /** A stale endpoint that fails is removed, after some silence if it carries connections; any other is ejected by the breaker's rules. */
  dialFailed(id: string, met: DialFailure, now: number): readonly PoolEvent[] {
    const member = this.#members.get(id);
    if (member === undefined) return [];
    const { endpoint } = member;
    const isDoubted = mayBePartial(met, endpoint) && this.#options.mayBeCutOff?.(endpoint, now) === true;
    const failure = isDoubted ? 'unreachable' : met;
    member.tally.failures += 1;
    member.paidDials = Math.max(0, member.paidDials - 1);
    if (failure === 'local' || (isJudgedByTime(failure) && this.#isLagging())) return [];
    const ejected = this.#members.changeState(member, FAILURE_REASONS[failure], () => {
      if (failure !== 'timeout') member.pausedAt = undefined;
      else if (member.breaker.kind === 'closed') member.pausedAt = now;
      member.breaker = recordFailure(member.breaker, failure, now, this.#options.random);
    });
    return [...ejected, ...this.#takeFailure(member, failure, now)];
  }

  /** What a dial found that no client waited for. An answer ends the endpoint's silence, and clears it of nothing else. */
  probed(id: string, failure: DialFailure | undefined, now: number): readonly PoolEvent[] {
    const member = this.#members.get(id);
    if (member === undefined) return [];
    if (failure === undefined) {
      this.#hear(member, now);
      return [];
    }
    if (failure === 'local' || (isJudgedByTime(failure) && this.#isLagging())) return [];
    return this.#takeFailure(member, failure, now);
  }

  /** What the endpoint's active check found. */
  checked(id: string, outcome: CheckOutcome, now: number): readonly PoolEvent[] {
    const member = this.#members.get(id);
    if (member === undefined) return [];
    if (outcome.ok) {
      this.#hear(member, now);
      return this.#members.changeState(member, 'passes its check', () => {
        if (!isAdmitted(member)) member.risen = rise(now);
        member.health = PASSING;
        this.#restore(member, now);
      });
    }
    const { reason, fault } = outcome;
    if (fault === 'local' || (fault === 'silent' && this.#isLagging())) return [];
    const { endpoint, presence } = member;
    const kind = fault === 'silent' ? 'died' : 'declined';
    const ended: readonly PoolEvent[] = isAdmitted(member) ? [{ kind, endpoint, reason }] : [];
    if (presence.kind === 'stale' && !presence.isUnasked)
      return [...ended, this.#members.remove(member, `${presence.reason}, and ${reason}`, true)];
    const changed = this.#members.changeState(member, reason, () => {
      member.health = { kind: 'failing', reason };
    });
    return [...changed, ...ended];
  }

  /** Endpoints that carry connections and may be gone: discovery does not find them, or nobody answered the last dial. */
  listDoubtful(): readonly Endpoint[] {
    return this.#members
      .list()
      .filter((member) => member.tally.active > 0 && (isLostSight(member) || member.silence.dials > 0))
      .map(({ endpoint }) => endpoint);
  }

  /** Whether its source does not hear of it any more. */
  isStale(id: string): boolean {
    return this.#members.get(id)?.presence.kind === 'stale';
  }

  /** The ids of those that their sources do not hear of any more. */
  listStale(): readonly string[] {
    return this.#members.listStale().map(({ endpoint }) => endpoint.id);
  }

  find(id: string): Endpoint | undefined {
    return this.#members.get(id)?.endpoint;
  }

  /** The state of the endpoint; after it has left while connections of it last, the one in which it left. */
  stateOf(id: string): EndpointState | undefined {
    return this.#members.stateOf(id);
  }

  /** Does what is due at `now`: ejections end, stale endpoints grow too old. */
  advance(now: number): readonly PoolEvent[] {
    return this.#members.list().flatMap((member) => {
      if (member.presence.kind === 'stale' && now >= member.presence.until) {
        return [this.#members.remove(member, `${member.presence.reason} for too long`, true)];
      }
      return this.#members.changeState(member, 'gets another try', () => {
        member.breaker = advanceBreaker(member.breaker, now);
      });
    });
  }

  /** When `advance` must be called next at the latest; Infinity when there is nothing to wait for. */
  nextDeadline(): number {
    let deadline = Number.POSITIVE_INFINITY;
    for (const { breaker, presence } of this.#members) {
      if (breaker.kind === 'ejected') deadline = Math.min(deadline, breaker.until);
      if (presence.kind === 'stale') deadline = Math.min(deadline, presence.until);
    }
    return deadline;
  }

  /** Every endpoint with its state and counts, by standing and priority. */
  snapshot(): readonly EndpointStatus[] {
    return this.#members.rank().flat().map(describeMember);
  }

  /** Whether there is an endpoint that is not ejected. Asked at each change, so it makes no list. */
  isReady(): boolean {
    for (const member of this.#members) if (stateOf(member) !== 'ejected') return true;
    return false;
  }

  /** Whether there is an endpoint that clients may be sent to. */
  hasEndpoint(): boolean {
    for (const member of this.#members) if (isAdmitted(member)) return true;
    return false;
  }

  /** What one more failed dial means beyond the breaker: a stale endpoint is removed, since nobody would tell when it is there again. */
  #takeFailure(member: PoolMember, failure: DialFailure, now: number): readonly PoolEvent[] {
    const { presence } = member;
    member.silence = recordDialFailure(member.silence, failure, now);
    if (presence.kind !== 'stale' || presence.isUnasked) return [];
    const isSeconded =
      this.#doOthersAnswer(member) && this.#options.mayBeCutOff?.(member.endpoint, member.silence.since) !== true;
    const isSilentLong = isGivenUp(member.silence, isSeconded, now);
    if (!isSilentLong && this.#isDoubtful(member, failure)) return [];
    return [this.#members.remove(member, `${presence.reason} and ${FAILURE_REASONS[failure]}`, true)];
  }

  /** One lost packet is no reason to give up the last that is known of it, and one that carries connections is waited for. */
  #isDoubtful({ breaker, silence, tally }: PoolMember, failure: DialFailure): boolean {
    return tally.active > 0 ? silence.dials > 0 : isJudgedByTime(failure) && breaker.kind === 'closed';
  }

  /** Whether anybody else gave a sign of life since this one's silence began. */
  #doOthersAnswer(member: PoolMember): boolean {
    for (const other of this.#members) {
      if (other !== member && other.answeredAt >= member.silence.since) return true;
    }
    return false;
  }

  #admit({ endpoint: { announcer }, hasAnswered }: PoolMember, now: number): DialAdmission {
    const { budget } = this.#options;
    if (hasAnswered || announcer === undefined || budget === undefined) return 'free';
    return budget.spend(announcer, now) ? 'paid' : 'refused';
  }

  #giveBack({ endpoint: { announcer } }: PoolMember, now: number): void {
    if (announcer !== undefined) this.#options.budget?.giveBack(announcer, now);
  }

  #hear(member: PoolMember, now: number): void {
    member.silence = NO_SILENCE;
    member.answeredAt = now;
  }

  #restore(member: PoolMember, now: number): void {
    if (member.breaker.kind !== 'closed') {
      member.risen = member.pausedAt === undefined ? rise(now) : riseAfterPause(member.pausedAt, now);
    }
    member.breaker = recordSuccess(member.breaker, now);
  }

  /** Whether enough of those that share its clients are left without it: at most half may be ejected for being slow. */
  #isDispensable(member: PoolMember, now: number): boolean {
    const peers = this.#peersOf(member);
    const usable = peers.filter(({ breaker }) => isUsable(breaker, now)).length;
    return !isPanic(usable, peers.length + 1);
  }

  /** The others of its group. */
  #peersOf(member: PoolMember): readonly PoolMember[] {
    const group = this.#members.rank().find((members) => members.includes(member)) ?? [];
    return group.filter((peer) => peer !== member && isAdmitted(peer));
  }

  #isLagging(): boolean {
    return (this.#options.lag?.() ?? 0) > OWN_LAG_MS;
  }
}
