import type { Endpoint } from '../pool/endpoint.ts';
import type { PickResult } from '../pool/pick-result.ts';
import type { DialFailure } from './engine.ts';
import type { RetryBudget } from './retry-budget.ts';

/** Silence after which the next candidate is tried beside the silent one (RFC 8305 5). */
const RACE_DELAY_MS = 250;
/** A deadline met this late says that this process was busy, not that the peer was silent. */
const OWN_LAG_MS = 100;
/** When everybody failed, all are tried again after a pause that doubles from the first value to the second. */
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 500;
/** Dials of one connection at the same time. */
const MAX_DIALS_AT_ONCE = 6;
const NOBODY: ReadonlySet<string> = new Set();

/** What the driver must do, in order. */
export type RaceAction =
  | { readonly kind: 'dial'; readonly attempt: number; readonly endpoint: Endpoint; readonly address: string }
  /** Give this dial up; its outcome is not wanted any more. */
  | { readonly kind: 'cancel'; readonly attempt: number }
  /** `isDetour`: another address of the endpoint was tried before this one, and did not answer. */
  | {
      readonly kind: 'succeeded';
      readonly endpoint: Endpoint;
      readonly address: string;
      readonly latencyMs: number;
      readonly isDetour: boolean;
    }
  | { readonly kind: 'failed'; readonly endpoint: Endpoint; readonly failure: DialFailure }
  /** No endpoint is known: call `advance` as soon as there is one. */
  | { readonly kind: 'wait' }
  /** The time is over. `lastFailure` is undefined when there was nobody to dial. */
  | { readonly kind: 'lost'; readonly lastFailure: DialFailure | undefined };

export interface RaceOptions {
  readonly pick: (exclude: ReadonlySet<string>) => PickResult;
  readonly startedAt: number;
  readonly timeoutMs: number;
  /** Silence after which others are tried beside the silent one, asked whenever it begins; 250 ms unless said. */
  readonly patienceMs?: () => number;
  /** Asked before a further address of an endpoint is dialled. Absent: always. */
  readonly mayDial?: ((endpoint: Endpoint) => boolean) | undefined;
  /** Asked before a further endpoint is dialled, and told of every dial beyond the first. Absent: without bound. */
  readonly budget?: Pick<RetryBudget, 'hasLeft' | 'spend'>;
}

/** An endpoint that is being tried, address by address. */
interface RacedEndpoint {
  readonly endpoint: Endpoint;
  readonly untried: string[];
  dialling: number;
  /** It kept silent so long that others were started beside it. */
  silent: boolean;
  /** One of its addresses failed. */
  hasFailed: boolean;
}

interface RaceAttempt {
  readonly number: number;
  readonly candidate: RacedEndpoint;
  readonly address: string;
  readonly startedAt: number;
}

type RaceState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'waiting' }
  | { readonly kind: 'over' }
  | { readonly kind: 'racing'; readonly raceOnAt: number }
  | { readonly kind: 'pausing'; readonly until: number }
  | { readonly kind: 'connected'; readonly attempt: number; readonly candidate: RacedEndpoint };

/**
 * Decides who is dialled for one connection: a failure starts the next candidate at once, silence starts it beside the silent
 * one, the first to connect wins. Pure: times are milliseconds of one monotonic clock. A winner that proves bad before a byte
 * passed over it is reported with `failed`, and the race goes on.
 */
export class Race {
  readonly #options: RaceOptions;
  readonly #patienceMs: () => number;
  #deadline: number;
  #state: RaceState = { kind: 'idle' };
  /** Those under way: one, mostly, so that a list costs each connection less than a map. */
  #attempts: readonly RaceAttempt[] = [];
  #attemptsMade = 0;
  /** Endpoints tried in this round. */
  #tried: readonly string[] = [];
  #pauseMs = FIRST_PAUSE_MS;
  #lastFailure: DialFailure | undefined;
  #forgaveOwnLag = false;

  constructor(options: RaceOptions) {
    this.#options = options;
    this.#patienceMs = options.patienceMs ?? (() => RACE_DELAY_MS);
    this.#deadline = options.startedAt + options.timeoutMs;
  }

  /** When `advance` must be called at the latest; Infinity once it is connected or over. */
  nextDeadline(): number {
    switch (this.#state.kind) {
      case 'idle':
      case 'waiting':
        return this.#deadline;
      case 'racing':
        return Math.min(this.#deadline, this.#state.raceOnAt);
      case 'pausing':
        return Math.min(this.#deadline, this.#state.until);
      case 'connected':
      case 'over':
        return Number.POSITIVE_INFINITY;
      default:
        return this.#state satisfies never;
    }
  }

  /** Does what is due: starts the race, goes on at each deadline, and when an endpoint has become available. */
  advance(now: number): readonly RaceAction[] {
    const state = this.#state;
    if (state.kind === 'connected' || state.kind === 'over') return [];
    if (now - this.nextDeadline() > OWN_LAG_MS && !this.#forgaveOwnLag) {
      this.#forgaveOwnLag = true;
      this.#deadline = Math.max(this.#deadline, now + this.#patienceMs());
      if (state.kind === 'racing') this.#state = { kind: 'racing', raceOnAt: now + this.#patienceMs() };
      return state.kind === 'racing' ? [] : this.#startRound(now);
    }
    if (now >= this.#deadline) return this.#giveUp();
    switch (state.kind) {
      case 'pausing':
        return now < state.until ? [] : this.#startRound(now);
      case 'racing':
        return now < state.raceOnAt ? [] : this.#raceOn(now);
      case 'idle':
      case 'waiting':
        return this.#startRound(now);
      default:
        return state satisfies never;
    }
  }

  /** A dial connected; the others are given up, and those that were silent count as failed. */
  connected(attempt: number, now: number): readonly RaceAction[] {
    const won = this.#take(attempt);
    if (won === undefined) return [];
    const { candidate } = won;
    this.#state = { kind: 'connected', attempt, candidate };
    const isOlderLeft = this.#attempts.some((other) => other.candidate === candidate && other.number < attempt);
    const succeeded: RaceAction = {
      kind: 'succeeded',
      endpoint: candidate.endpoint,
      address: won.address,
      latencyMs: now - won.startedAt,
      isDetour: candidate.hasFailed || isOlderLeft,
    };
    return [...this.#cancelAll(candidate), succeeded];
  }

  /** A dial failed, or what it had won proved bad before a byte passed over it. */
  failed(attempt: number, failure: DialFailure, now: number): readonly RaceAction[] {
    if (this.#state.kind === 'connected' && this.#state.attempt === attempt) {
      return [this.#candidateFailed(this.#state.candidate, failure), ...this.#dialNextEndpoint(now)];
    }
    const lost = this.#take(attempt);
    if (lost === undefined) return [];
    const { candidate } = lost;
    candidate.dialling -= 1;
    candidate.hasFailed = true;
    const address = this.#nextAddress(candidate);
    if (address !== undefined) return [this.#dial(candidate, address, now)];
    if (candidate.dialling > 0) return [];
    return [this.#candidateFailed(candidate, failure), ...this.#dialNextEndpoint(now)];
  }

  #startRound(now: number): readonly RaceAction[] {
    this.#tried = [];
    return this.#dialNextEndpoint(now);
  }

  /** Starts a further endpoint; when there is none and nobody is being dialled, waits or pauses. */
  #dialNextEndpoint(now: number): readonly RaceAction[] {
    if (now >= this.#deadline) return this.#giveUp();
    const isAffordable = this.#attemptsMade === 0 || this.#options.budget?.hasLeft(now) !== false;
    const isAllowed = isAffordable && this.#attempts.length < MAX_DIALS_AT_ONCE;
    const exclude = this.#tried.length === 0 ? NOBODY : new Set(this.#tried);
    const picked = isAllowed ? this.#options.pick(exclude) : undefined;
    if (picked?.kind === 'endpoint') {
      const { endpoint } = picked;
      this.#tried = [...this.#tried, endpoint.id];
      const [first, ...untried] = endpoint.addresses;
      const candidate: RacedEndpoint = { endpoint, untried, dialling: 0, silent: false, hasFailed: false };
      if (first !== undefined) return [this.#dial(candidate, first, now)];
      return [this.#candidateFailed(candidate, 'unreachable'), ...this.#dialNextEndpoint(now)];
    }
    if (this.#attempts.length > 0) {
      this.#state = { kind: 'racing', raceOnAt: now + this.#patienceMs() };
      return [];
    }
    if (picked?.kind === 'nobody') {
      this.#state = { kind: 'waiting' };
      return [{ kind: 'wait' }];
    }
    this.#state = { kind: 'pausing', until: now + this.#pauseMs };
    this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS);
    return [];
  }

  /** Everybody who is being dialled keeps silent: their other addresses and a further endpoint are tried beside them. */
  #raceOn(now: number): readonly RaceAction[] {
    const actions: RaceAction[] = [];
    for (const { candidate } of this.#attempts) {
      candidate.silent = true;
      const address = this.#attempts.length < MAX_DIALS_AT_ONCE ? this.#nextAddress(candidate) : undefined;
      if (address !== undefined) actions.push(this.#dial(candidate, address, now));
    }
    actions.push(...this.#dialNextEndpoint(now));
    return actions;
  }

  #nextAddress({ endpoint, untried }: RacedEndpoint): string | undefined {
    return untried.length > 0 && this.#options.mayDial?.(endpoint) !== false ? untried.shift() : undefined;
  }

  #dial(candidate: RacedEndpoint, address: string, now: number): RaceAction {
    if (this.#attemptsMade > 0) this.#options.budget?.spend();
    this.#attemptsMade += 1;
    candidate.dialling += 1;
    this.#attempts = [...this.#attempts, { number: this.#attemptsMade, candidate, address, startedAt: now }];
    this.#state = { kind: 'racing', raceOnAt: now + this.#patienceMs() };
    return { kind: 'dial', attempt: this.#attemptsMade, endpoint: candidate.endpoint, address };
  }

  /** The attempt of this number, which is not under way any more. */
  #take(number: number): RaceAttempt | undefined {
    const attempt = this.#attempts.find((one) => one.number === number);
    if (attempt !== undefined) this.#attempts = this.#attempts.filter((one) => one !== attempt);
    return attempt;
  }

  #candidateFailed(candidate: RacedEndpoint, failure: DialFailure): RaceAction {
    this.#lastFailure = failure;
    return { kind: 'failed', endpoint: candidate.endpoint, failure };
  }

  #giveUp(): readonly RaceAction[] {
    for (const { candidate } of this.#attempts) candidate.silent = true;
    const actions = this.#cancelAll(undefined);
    this.#state = { kind: 'over' };
    return [...actions, { kind: 'lost', lastFailure: this.#lastFailure }];
  }

  #cancelAll(winner: RacedEndpoint | undefined): readonly RaceAction[] {
    if (this.#attempts.length === 0) return [];
    const actions: RaceAction[] = [];
    const losers = new Set<RacedEndpoint>();
    for (const { number, candidate } of this.#attempts) {
      actions.push({ kind: 'cancel', attempt: number });
      if (candidate !== winner) losers.add(candidate);
    }
    this.#attempts = [];
    for (const candidate of losers) {
      if (candidate.silent) actions.push(this.#candidateFailed(candidate, 'timeout'));
      else this.#tried = this.#tried.filter((id) => id !== candidate.endpoint.id);
    }
    return actions;
  }
}
