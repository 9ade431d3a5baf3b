import { type BalancerName, createBalancer } from './balancer.ts';
import { advanceBreaker, CLOSED, recordFailure, recordPick, recordSuccess } from './breaker.ts';
import type { Balancer } from './candidate.ts';
import type { DialFailure } from './dial-failure.ts';
import { type Endpoint, type EndpointState, type EndpointStatus, isSamePlace, placesOf } from './endpoint.ts';
import { describeMember, isSuspect, type Member, stateOf, type Tally } from './member.ts';
import { type Departure, Merge, type MergeMode } from './merge.ts';
import { chooseMember, type Group, groupByPriority, orderMembers, type PickRequest } from './priority.ts';
import type { Random } from './random.ts';
import type { Update } from './update.ts';

/** A past-tense fact about one endpoint; `reason` is for people. */
export type PoolEvent =
  | { readonly kind: 'added' | 'updated'; readonly endpoint: Endpoint }
  /** `isLost` false: nothing happened to it, another endpoint stands in its place. */
  | { readonly kind: 'removed'; readonly endpoint: Endpoint; readonly reason: string; readonly isLost: boolean }
  | {
      readonly kind: 'state-changed';
      readonly endpoint: Endpoint;
      readonly state: EndpointState;
      readonly reason: string;
    };

export interface PoolOptions {
  /** Names, in the order written. */
  readonly sources: readonly string[];
  readonly merge: MergeMode;
  readonly balance: BalancerName;
  readonly random: Random;
}

/** How long an endpoint that nobody hears of is kept while it answers. */
const STALE_MS = 24 * 60 * 60 * 1000;
/** Stale endpoints kept; the oldest that carries nothing makes room. */
export const MAX_STALE = 256;

const FAILURE_REASONS: Readonly<Record<DialFailure, string>> = {
  refused: 'refuses connections',
  reset: 'resets connections',
  timeout: 'does not answer in time',
  unreachable: 'cannot be reached',
  handshake: 'failed the handshake',
  local: 'could not be dialled from here',
};

/** The endpoints of one service, and which of them is next. Pure: times are milliseconds of one monotonic clock. */
export class Pool {
  readonly #options: PoolOptions;
  readonly #merge: Merge;
  readonly #balancer: Balancer;
  readonly #members = new Map<string, Member>();
  /** Of endpoints that left while they carried connections. */
  readonly #departedTallies = new Map<string, Tally>();
  #groups: readonly Group[] | undefined;

  constructor(options: PoolOptions) {
    this.#options = options;
    this.#merge = new Merge(options.merge, options.sources);
    this.#balancer = createBalancer(options.balance, options.random);
  }

  /** Takes in what a source said. */
  apply(source: string, update: Update, now: number): readonly PoolEvent[] {
    const change = this.#merge.apply(source, update, (id) => (this.#members.get(id)?.tally.total ?? 0) > 0);
    const events = [
      ...change.set.flatMap((endpoint) => this.#set(endpoint)),
      ...change.departed.flatMap((departure) => this.#depart(source, departure, now)),
      ...this.#dropUnlistedStale(source, update),
      ...this.#dropSupersededStale(),
      ...this.#dropSurplusStale(),
    ];
    this.#groups = undefined;
    return events;
  }

  /** The next endpoint to try; undefined when every endpoint is excluded or ejected, or none is known. */
  pick(request: PickRequest, now: number): Endpoint | undefined {
    const member = chooseMember(this.#rank(), this.#balancer, request, now);
    if (member === undefined) return undefined;
    member.breaker = recordPick(member.breaker, now);
    return member.endpoint;
  }

  /** Every endpoint in the order in which one client would try them. Changes nothing. */
  order(now: number): readonly Endpoint[] {
    const fresh = createBalancer(this.#options.balance, this.#options.random);
    return orderMembers(this.#rank(), fresh, now).map(({ endpoint }) => endpoint);
  }

  /** A connection is now carried by this endpoint. */
  opened(id: string): void {
    const tally = this.#tallyOf(id);
    if (tally === undefined) return;
    tally.active += 1;
    tally.total += 1;
  }

  /** A connection that was `opened` ended. */
  closed(id: string): void {
    const tally = this.#tallyOf(id);
    if (tally === undefined) return;
    tally.active = Math.max(0, tally.active - 1);
    if (tally.active === 0) this.#departedTallies.delete(id);
  }

  dialSucceeded(id: string, now: number): readonly PoolEvent[] {
    const member = this.#members.get(id);
    if (member === undefined) return [];
    return this.#changeState(member, 'answers', () => {
      member.breaker = recordSuccess(member.breaker, now);
    });
  }

  /** A stale endpoint that fails is removed; any other is ejected by the breaker's rules. */
  dialFailed(id: string, failure: DialFailure, now: number): readonly PoolEvent[] {
    const member = this.#members.get(id);
    if (member === undefined) return [];
    member.tally.failures += 1;
    if (failure === 'local') return [];
    const reason = FAILURE_REASONS[failure];
    if (member.presence.kind === 'stale')
      return [this.#remove(member, `${member.presence.reason} and ${reason}`, true)];
    return this.#changeState(member, reason, () => {
      member.breaker = recordFailure(member.breaker, failure, now, this.#options.random);
    });
  }

  /** Does what is due at `now`: ejections end, stale endpoints grow too old. */
  advance(now: number): readonly PoolEvent[] {
    return [...this.#members.values()].flatMap((member) => {
      if (member.presence.kind === 'stale' && now >= member.presence.until) {
        return [this.#remove(member, `${member.presence.reason} for too long`, true)];
      }
      return this.#changeState(member, 'gets another try', () => {
        member.breaker = advanceBreaker(member.breaker, now);
      });
    });
  }

  /** When `advance` must be called next at the latest; Infinity when there is nothing to wait for. */
  nextDeadline(): number {
    let deadline = Number.POSITIVE_INFINITY;
    for (const { breaker, presence } of this.#members.values()) {
      if (breaker.kind === 'ejected') deadline = Math.min(deadline, breaker.until);
      if (presence.kind === 'stale') deadline = Math.min(deadline, presence.until);
    }
    return deadline;
  }

  /** Every endpoint with its state and counts, by standing and priority. */
  snapshot(): readonly EndpointStatus[] {
    return this.#rank().flat().map(describeMember);
  }

  hasEndpoint(): boolean {
    return this.#members.size > 0;
  }

  #rank(): readonly Group[] {
    this.#groups ??= groupByPriority(this.#members.values());
    return this.#groups;
  }

  #tallyOf(id: string): Tally | undefined {
    return this.#members.get(id)?.tally ?? this.#departedTallies.get(id);
  }

  #set(endpoint: Endpoint): readonly PoolEvent[] {
    const known = this.#members.get(endpoint.id);
    if (known === undefined) {
      const tally = this.#departedTallies.get(endpoint.id) ?? { active: 0, total: 0, failures: 0 };
      this.#departedTallies.delete(endpoint.id);
      this.#members.set(endpoint.id, { endpoint, presence: { kind: 'present' }, breaker: CLOSED, tally });
      return [{ kind: 'added', endpoint }];
    }
    const stateBefore = stateOf(known);
    const wasStale = known.presence.kind === 'stale';
    if (!isSamePlace(known.endpoint, endpoint)) known.breaker = CLOSED;
    known.endpoint = endpoint;
    known.presence = { kind: 'present' };
    const state = stateOf(known);
    const updated: PoolEvent = { kind: 'updated', endpoint };
    if (state === stateBefore) return [updated];
    const reason = wasStale
      ? 'heard of again'
      : state === 'draining'
        ? 'asks for no new connections'
        : 'announced anew';
    return [updated, { kind: 'state-changed', endpoint, state, reason }];
  }

  #depart(source: string, { id, how, reason }: Departure, now: number): readonly PoolEvent[] {
    const member = this.#members.get(id);
    if (member === undefined) return [];
    switch (how) {
      case 'removed':
        return [this.#remove(member, reason, true)];
      case 'superseded':
        return [this.#remove(member, reason, false)];
      case 'gone':
        if (isSuspect(member) && member.tally.active === 0) {
          return [this.#remove(member, `${reason} and does not answer`, true)];
        }
        return this.#changeState(member, reason, () => {
          member.presence = { kind: 'stale', until: now + STALE_MS, source, reason };
        });
      default:
        return how satisfies never;
    }
  }

  /** What its source had lost sight of, it now knows to be no more. */
  #dropUnlistedStale(source: string, update: Update): readonly PoolEvent[] {
    switch (update.kind) {
      case 'remove':
        return this.#stale()
          .filter(({ endpoint }) => update.ids.includes(endpoint.id))
          .map((member) => this.#remove(member, update.reason ?? 'left', true));
      case 'reset':
        return this.#stale()
          .filter(({ presence }) => presence.kind === 'stale' && presence.source === source)
          .map((member) => this.#remove(member, 'no longer listed', true));
      case 'add':
      case 'gone':
        return [];
      default:
        return update satisfies never;
    }
  }

  /** A stale endpoint at whose place a present one stands is that one. */
  #dropSupersededStale(): readonly PoolEvent[] {
    const stale = this.#stale();
    if (stale.length === 0) return [];
    const places = new Set(this.#merge.endpoints.flatMap(placesOf));
    return stale
      .filter(({ endpoint }) => placesOf(endpoint).some((place) => places.has(place)))
      .map((member) => this.#remove(member, 'another endpoint takes its place', false));
  }

  #dropSurplusStale(): readonly PoolEvent[] {
    const stale = this.#stale();
    const surplus = stale.length - MAX_STALE;
    if (surplus <= 0) return [];
    const idleFirst = [...stale].sort((a, b) => Number(a.tally.active > 0) - Number(b.tally.active > 0));
    return idleFirst.slice(0, surplus).map((member) => this.#remove(member, 'too many stale endpoints', true));
  }

  #stale(): readonly Member[] {
    return [...this.#members.values()].filter(({ presence }) => presence.kind === 'stale');
  }

  #remove(member: Member, reason: string, isLost: boolean): PoolEvent {
    const { endpoint, tally } = member;
    this.#members.delete(endpoint.id);
    if (tally.active > 0) this.#departedTallies.set(endpoint.id, tally);
    this.#groups = undefined;
    return { kind: 'removed', endpoint, reason, isLost };
  }

  #changeState(member: Member, reason: string, change: () => void): readonly PoolEvent[] {
    const before = stateOf(member);
    change();
    const state = stateOf(member);
    if (state === before) return [];
    this.#groups = undefined;
    return [{ kind: 'state-changed', endpoint: member.endpoint, state, reason }];
  }
}
