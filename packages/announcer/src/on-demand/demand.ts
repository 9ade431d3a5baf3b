import { doubledMs } from '@mdns-ambassador/relay/backoff';

/** Rules of a service that runs while somebody is connected. Pure: times are milliseconds of one monotonic clock. */

/** A start that takes this long is told. */
const SLOW_MS = 5_000;
/** One that takes this long has failed. */
const START_TIMEOUT_MS = 60_000;
/** Who was told to end may take this long. */
const END_TIMEOUT_MS = 10_000;
/** Who ran for this long, and then ended by itself, is started again for the next connection without a rest. */
const STEADY_MS = 10_000;
const REST = { firstMs: 1_000, maxMs: 30_000 };

/** Past-tense facts, for people and programs. */
export type DemandEvent =
  | { readonly state: 'starting' }
  | { readonly state: 'slow'; readonly afterMs: number; readonly waiting: number }
  | { readonly state: 'running'; readonly afterMs: number; readonly waiting: number }
  | { readonly state: 'stopping'; readonly idleMs: number }
  /** It was told to end, and did. */
  | { readonly state: 'asleep' }
  /** It ended by itself while it served. `restMs`: not started again before; 0: the next connection starts it. */
  | { readonly state: 'ended'; readonly reason: string; readonly connections: number; readonly restMs: number }
  /** It never served; who waited was turned away. */
  | { readonly state: 'failed'; readonly reason: string; readonly waiting: number; readonly restMs: number };

/** What is to be done now, in order. */
export type DemandAction =
  | { readonly kind: 'start' }
  | { readonly kind: 'signal'; readonly signal: 'SIGTERM' | 'SIGKILL' }
  /** Everybody who waits goes on, served or not. */
  | { readonly kind: 'release'; readonly isServed: boolean }
  | { readonly kind: 'tell'; readonly event: DemandEvent };

type DemandState =
  | { readonly kind: 'asleep' }
  | { readonly kind: 'starting'; readonly since: number; readonly isSlow: boolean }
  | { readonly kind: 'running'; readonly since: number; readonly idleSince: number }
  /** `isLate`: it did not come up in time. */
  | { readonly kind: 'ending'; readonly since: number; readonly isLate: boolean; readonly isKilled: boolean }
  | { readonly kind: 'resting'; readonly until: number };

export class Demand {
  readonly #idleMs: number;
  #state: DemandState = { kind: 'asleep' };
  #waiting = 0;
  #open = 0;
  /** Ends in a row that came too soon. */
  #failures = 0;

  /** `idleMs`: how long nobody is connected until it is stopped. */
  constructor(idleMs: number) {
    this.#idleMs = idleMs;
  }

  /** Whether the next connection would have it started. */
  get isDown(): boolean {
    return this.#state.kind === 'asleep' || this.#state.kind === 'resting';
  }

  /** A client has come. `wait`: until the next `release`, or until it says that it `gaveUp`. */
  arrive(now: number): { readonly verdict: 'serve' | 'wait' | 'refuse'; readonly actions: readonly DemandAction[] } {
    switch (this.#state.kind) {
      case 'running':
        this.#open += 1;
        return { verdict: 'serve', actions: [] };
      case 'resting':
        if (now < this.#state.until) return { verdict: 'refuse', actions: [] };
        break;
      case 'asleep':
        break;
      case 'starting':
        this.#waiting += 1;
        return { verdict: 'wait', actions: [] };
      case 'ending':
        if (this.#state.isLate) return { verdict: 'refuse', actions: [] };
        this.#waiting += 1;
        return { verdict: 'wait', actions: [] };
      default:
        return this.#state satisfies never;
    }
    this.#waiting += 1;
    return { verdict: 'wait', actions: this.#start(now) };
  }

  /** A client who waited does so no more. */
  gaveUp(): void {
    this.#waiting = Math.max(0, this.#waiting - 1);
  }

  /** A client that was served is done. `hasAsked`: it has sent something; one that has not, such as a check of others, keeps nothing awake. */
  left(now: number, hasAsked: boolean): void {
    this.#open = Math.max(0, this.#open - 1);
    if (hasAsked && this.#state.kind === 'running') this.#state = { ...this.#state, idleSince: now };
  }

  /** It accepts connections. */
  answered(now: number): readonly DemandAction[] {
    if (this.#state.kind !== 'starting') return [];
    const { since } = this.#state;
    const waiting = this.#waiting;
    this.#waiting = 0;
    this.#open += waiting;
    this.#state = { kind: 'running', since: now, idleSince: now };
    return [tell({ state: 'running', afterMs: now - since, waiting }), { kind: 'release', isServed: true }];
  }

  /** The process is gone, and all that it started; `reason` for people. */
  exited(reason: string, now: number): readonly DemandAction[] {
    const state = this.#state;
    switch (state.kind) {
      case 'starting':
        return this.#fail(reason, now);
      case 'running': {
        this.#failures = now - state.since >= STEADY_MS ? 0 : this.#failures + 1;
        // The first such end may be an accident.
        const restMs = this.#rest(this.#failures - 1, now);
        return [tell({ state: 'ended', reason, connections: this.#open, restMs })];
      }
      case 'ending': {
        this.#state = { kind: 'asleep' };
        // Why it was late has been told; it rests from now on.
        if (state.isLate) {
          this.#rest(this.#failures, now);
          return [];
        }
        this.#failures = 0;
        return [tell({ state: 'asleep' }), ...(this.#waiting > 0 ? this.#start(now) : [])];
      }
      case 'asleep':
      case 'resting':
        return [];
      default:
        return state satisfies never;
    }
  }

  /** Infinity: nothing is due. */
  nextDeadline(): number {
    const state = this.#state;
    switch (state.kind) {
      case 'starting':
        return state.since + (state.isSlow ? START_TIMEOUT_MS : SLOW_MS);
      case 'running':
        return this.#open > 0 ? Number.POSITIVE_INFINITY : state.idleSince + this.#idleMs;
      case 'ending':
        return state.isKilled ? Number.POSITIVE_INFINITY : state.since + END_TIMEOUT_MS;
      case 'asleep':
      case 'resting':
        return Number.POSITIVE_INFINITY;
      default:
        return state satisfies never;
    }
  }

  /** Does what is due. */
  advance(now: number): readonly DemandAction[] {
    const state = this.#state;
    if (now < this.nextDeadline()) return [];
    switch (state.kind) {
      case 'starting':
        if (!state.isSlow) {
          this.#state = { ...state, isSlow: true };
          return [tell({ state: 'slow', afterMs: now - state.since, waiting: this.#waiting })];
        }
        this.#state = { kind: 'ending', since: now, isLate: true, isKilled: false };
        return [TERMINATE, ...this.#turnAway(`it did not answer within ${START_TIMEOUT_MS / 1_000} s`)];
      case 'running':
        this.#state = { kind: 'ending', since: now, isLate: false, isKilled: false };
        return [tell({ state: 'stopping', idleMs: this.#idleMs }), TERMINATE];
      case 'ending':
        this.#state = { ...state, isKilled: true };
        return [{ kind: 'signal', signal: 'SIGKILL' }];
      case 'asleep':
      case 'resting':
        return [];
      default:
        return state satisfies never;
    }
  }

  #start(now: number): readonly DemandAction[] {
    this.#state = { kind: 'starting', since: now, isSlow: false };
    return [tell({ state: 'starting' }), { kind: 'start' }];
  }

  #fail(reason: string, now: number): readonly DemandAction[] {
    const actions = this.#turnAway(reason);
    this.#rest(this.#failures, now);
    return actions;
  }

  #turnAway(reason: string): readonly DemandAction[] {
    const waiting = this.#waiting;
    this.#waiting = 0;
    this.#failures += 1;
    const event: DemandEvent = { state: 'failed', reason, waiting, restMs: restAfter(this.#failures) };
    return [tell(event), { kind: 'release', isServed: false }];
  }

  /** By how often it has failed; returns for how long. */
  #rest(failures: number, now: number): number {
    const restMs = restAfter(failures);
    this.#state = restMs === 0 ? { kind: 'asleep' } : { kind: 'resting', until: now + restMs };
    return restMs;
  }
}

const TERMINATE: DemandAction = { kind: 'signal', signal: 'SIGTERM' };

function tell(event: DemandEvent): DemandAction {
  return { kind: 'tell', event };
}

function restAfter(failures: number): number {
  return failures <= 0 ? 0 : doubledMs(failures, REST);
}
