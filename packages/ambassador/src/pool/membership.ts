import { CLOSED } from './breaker.ts';
import {
  type Endpoint,
  type EndpointState,
  type EndpointTally,
  isSamePlace,
  NO_TALLY,
  placesOf,
  sharesPlace,
} from './endpoint.ts';
import type { EndpointHealth } from './health.ts';
import { freshRecord, isSuspect, type PoolMember, stateOf } from './member.ts';
import { type Departure, Merge, type MergeMode } from './merge.ts';
import type { PoolEvent } from './pool-event.ts';
import { groupByPriority, type MeasureDistance, type PriorityGroup } from './priority.ts';
import { endSuperseded, endSurplus, endUnlisted, STALE_MS, type StaleEnd } from './stale.ts';
import type { Update } from './update.ts';

export interface MembershipOptions {
  /** Names, in the order written. */
  readonly sources: readonly string[];
  readonly merge: MergeMode;
  /** Of endpoints that are new, or at a new place. */
  readonly firstHealth: EndpointHealth;
  /** Asked when members are ranked: how far each is now. Absent: all are equally far. */
  readonly distances?: (() => MeasureDistance) | undefined;
}

/** An endpoint that left while it carried connections. */
interface Departed {
  readonly tally: EndpointTally;
  /** In which it left. */
  readonly state: EndpointState;
}

/** Which endpoints are in the pool, by what the sources say of them. */
export class PoolMembers implements Iterable<PoolMember> {
  readonly #firstHealth: EndpointHealth;
  readonly #merge: Merge;
  readonly #distances: (() => MeasureDistance) | undefined;
  readonly #members = new Map<string, PoolMember>();
  readonly #departed = new Map<string, Departed>();
  #groups: readonly PriorityGroup[] | undefined;

  constructor({ merge, sources, firstHealth, distances }: MembershipOptions) {
    this.#distances = distances;
    this.#firstHealth = firstHealth;
    this.#merge = new Merge(merge, sources);
  }

  get(id: string): PoolMember | undefined {
    return this.#members.get(id);
  }

  [Symbol.iterator](): Iterator<PoolMember> {
    return this.#members.values();
  }

  /** A copy: members may be removed meanwhile. */
  list(): readonly PoolMember[] {
    return [...this.#members.values()];
  }

  listStale(): readonly PoolMember[] {
    return this.list().filter(({ presence }) => presence.kind === 'stale');
  }

  /** In the order in which they are turned to. */
  rank(): readonly PriorityGroup[] {
    this.#groups ??= groupByPriority(this.#members.values(), this.#distances?.());
    return this.#groups;
  }

  /** What the endpoint has carried, also after it has left while connections of it last. */
  tallyOf(id: string): EndpointTally | undefined {
    return this.#members.get(id)?.tally ?? this.#departed.get(id)?.tally;
  }

  /** The state of the endpoint; after it has left while connections of it last, the one in which it left. */
  stateOf(id: string): EndpointState | undefined {
    const member = this.#members.get(id);
    return member === undefined ? this.#departed.get(id)?.state : stateOf(member);
  }

  /** The last connection of the endpoint has ended. */
  forgetDeparted(id: string): void {
    this.#departed.delete(id);
  }

  /** Takes in what a source said. */
  apply(source: string, update: Update, now: number): readonly PoolEvent[] {
    const change = this.#merge.apply(source, update, (id) => (this.#members.get(id)?.tally.total ?? 0) > 0);
    const events = [
      ...change.set.flatMap((endpoint) => this.#set(endpoint, now)),
      ...change.departed.flatMap((departure) => this.#depart(source, departure, now)),
      ...this.#endStale((stale) => endUnlisted(stale, source, update)),
      ...this.#endStale((stale) => endSuperseded(stale, this.#merge.endpoints)),
      ...this.#endStale(endSurplus),
    ];
    this.#groups = undefined;
    return events;
  }

  remove(member: PoolMember, reason: string, isLost: boolean): PoolEvent {
    const { endpoint, tally } = member;
    const state = stateOf(member);
    this.#members.delete(endpoint.id);
    if (tally.active > 0) this.#departed.set(endpoint.id, { tally, state });
    this.#groups = undefined;
    return { kind: 'removed', endpoint, state, reason, isLost };
  }

  /** Changes the member; tells when its state is another then. */
  changeState(member: PoolMember, reason: string, change: () => void): readonly PoolEvent[] {
    const before = stateOf(member);
    change();
    const state = stateOf(member);
    if (state === before) return [];
    this.#groups = undefined;
    return [{ kind: 'state-changed', endpoint: member.endpoint, from: before, state, reason }];
  }

  #set(endpoint: Endpoint, now: number): readonly PoolEvent[] {
    const known = this.#members.get(endpoint.id);
    if (known === undefined) {
      const tally = this.#departed.get(endpoint.id)?.tally ?? { ...NO_TALLY };
      this.#departed.delete(endpoint.id);
      const presence = { kind: 'present' } as const;
      const member = { endpoint, tally, health: this.#firstHealth, knownSince: now, ...freshRecord(now), presence };
      this.#members.set(endpoint.id, member);
      return [{ kind: 'added', endpoint, state: stateOf(member) }];
    }
    const stateBefore = stateOf(known);
    const wasStale = known.presence.kind === 'stale';
    const before = known.endpoint;
    const hasMoved = !isSamePlace(before, endpoint);
    if (hasMoved) known.breaker = CLOSED;
    if (placesOf(endpoint).some((place) => !placesOf(before).includes(place))) known.hasAnswered = false;
    if (!sharesPlace(before, endpoint)) Object.assign(known, freshRecord(now), { health: this.#firstHealth });
    known.endpoint = endpoint;
    known.presence = { kind: 'present' };
    const state = stateOf(known);
    const updated: PoolEvent = hasMoved
      ? { kind: 'updated', endpoint, state, movedFrom: before }
      : { kind: 'updated', endpoint, state };
    if (state === stateBefore) return [updated];
    const reason = wasStale
      ? 'heard of again'
      : state === 'draining'
        ? 'asks for no new connections'
        : 'announced anew';
    return [updated, { kind: 'state-changed', endpoint, from: stateBefore, state, reason }];
  }

  #depart(source: string, { id, how, reason }: Departure, now: number): readonly PoolEvent[] {
    const member = this.#members.get(id);
    if (member === undefined) return [];
    switch (how) {
      case 'removed':
        return [this.remove(member, reason, true)];
      case 'superseded':
        return [this.remove(member, reason, false)];
      case 'gone':
        if (isSuspect(member) && member.tally.active === 0) {
          return [this.remove(member, `${reason} and does not answer`, true)];
        }
        return this.changeState(member, reason, () => {
          member.presence = { kind: 'stale', until: now + STALE_MS, source, reason, isUnasked: false };
        });
      case 'unasked':
        return this.changeState(member, reason, () => {
          const until = Number.POSITIVE_INFINITY;
          member.presence = { kind: 'stale', until, source, reason, isUnasked: true };
        });
      default:
        return how satisfies never;
    }
  }

  #endStale(select: (stale: readonly PoolMember[]) => readonly StaleEnd[]): readonly PoolEvent[] {
    return select(this.listStale()).map(({ member, reason, isLost }) => this.remove(member, reason, isLost));
  }
}
