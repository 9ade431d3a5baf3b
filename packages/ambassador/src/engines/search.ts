import { type ClientLeg, type Leg, resetLeg, type Target } from '@mdns-ambassador/relay';
import { FAILURE_REASONS } from '../pool/dial-failure.ts';
import type { Endpoint } from '../pool/endpoint.ts';
import type { PickResult } from '../pool/pick-result.ts';
import { ClientWatch } from './client-watch.ts';
import type { ConnectionContext } from './connection-context.ts';
import { classifyDialFailure } from './dial-failure.ts';
import type { DialTurn } from './dial-queue.ts';
import type { DialFailure } from './engine.ts';
import type { Watched } from './loop-watch.ts';
import { Race, type RaceAction } from './race.ts';

/** An endpoint that answered a dial. */
export interface ReachedEndpoint {
  readonly attempt: number;
  readonly endpoint: Endpoint;
  readonly address: string;
  readonly dialled: Leg;
}

/** For whom an endpoint is sought. */
export interface Seeker extends Watched {
  pick(exclude: ReadonlySet<string>): PickResult;
  /** The search rests until it is told to go on. What was dialled is the seeker's; it resets it where it throws. */
  reached(reached: ReachedEndpoint): void;
  /** The time is over. `reason`, for people, is undefined when there was nobody to dial. */
  lost(reason: string | undefined): void;
  /** Runs whatever the search does later: an error of ours in it ends the client. */
  contain(act: () => void): void;
}

interface Dialling {
  readonly attempt: number;
  readonly giveUp: () => void;
  readonly cancelSilence: (() => void) | undefined;
}

/** A dial that has not been answered by then may be to a machine that sleeps. */
const SILENCE_MS = 500;
/** Of a client's time so much is kept for a dial once its turn has come: who begins one with less is not reached, and takes the place of who would be. */
const DIAL_SHARE = 1 / 10;
/** Where clients wait for their turn, so many times the patience: a second dial beside a slow one would have them wait for longer. */
const CROWD_PATIENCE = 3;

/** For people: who is before it has been silent, or this process is too busy. */
const NO_TURN = 'too many wait to be dialled for, and their turn did not come in time';

/** Has endpoints dialled for one client, as its race says, until one of them does or the time is over. */
export class Search {
  readonly #client: ClientLeg;
  readonly #context: ConnectionContext;
  readonly #seeker: Seeker;
  readonly #race: Race;
  readonly #deadline: number;
  #dials: readonly Dialling[] = [];
  #waiting: AbortController | undefined;
  /** Made when no dial is under way: notices then that the client has left. */
  #watch: ClientWatch | undefined;
  /** Taken where dials take a handshake; given back as soon as nobody is dialled. */
  #turn: DialTurn | undefined;
  #cancelTimer: (() => void) | undefined;
  /** Endpoints that failed since one was reached last. */
  #failures = 0;
  #lastReason: string | undefined;
  #dialMs = 0;
  #isStopped = false;

  /** Begins with `start`; the time counts from now on. */
  constructor(client: ClientLeg, context: ConnectionContext, seeker: Seeker) {
    this.#client = client;
    this.#context = context;
    this.#seeker = seeker;
    const { budget, clock, connectTimeoutMs, patienceMs, picker, queue } = context;
    const now = clock.now();
    this.#deadline = now + connectTimeoutMs;
    this.#race = new Race({
      pick: (exclude) => seeker.pick(exclude),
      mayDial: ({ id }) => picker.mayDial?.(id) !== false,
      startedAt: now,
      timeoutMs: connectTimeoutMs,
      budget,
      ...(patienceMs === undefined
        ? {}
        : { patienceMs: () => patienceMs * (queue?.isCrowded === true ? CROWD_PATIENCE : 1) }),
    });
  }

  start(): void {
    const { queue } = this.#context;
    if (queue === undefined) {
      this.#advance();
      return;
    }
    let hasBegun = false;
    const turn = queue.ask((begun) => {
      hasBegun = true;
      this.#turn = begun;
      this.#seeker.contain(() => this.#advance());
    });
    this.#turn = turn;
    if (hasBegun) return;
    this.#watchClient();
    const turnMs = Math.max(1, Math.floor(this.leftMs - this.#context.connectTimeoutMs * DIAL_SHARE));
    this.#cancelTimer = this.#context.clock.after(turnMs, () => {
      turn.done(false);
      this.#seeker.contain(() => this.#seeker.lost(NO_TURN));
    });
  }

  /** What is left of the client's time, in whole milliseconds, 1 at least: Node keeps a list of timers for each duration. */
  get leftMs(): number {
    return this.#msUntil(this.#deadline);
  }

  get isInTime(): boolean {
    return this.#context.clock.now() < this.#deadline;
  }

  /** How long the dial took that reached an endpoint. */
  get dialMs(): number {
    return this.#dialMs;
  }

  /** Why the last endpoint would not do. */
  get lastReason(): string | undefined {
    return this.#lastReason;
  }

  /** What was reached proved bad before a byte passed over it: the search goes on with others. */
  retry({ attempt }: ReachedEndpoint, failure: DialFailure, reason: string): void {
    this.#fail(attempt, failure, reason);
  }

  /** Has the same endpoint dialled once more; the race stays won by it until that fails. */
  redial({ attempt, endpoint, address }: ReachedEndpoint): void {
    this.#startDial(attempt, endpoint, address);
  }

  /** Gives everything up. Idempotent. */
  stop(): void {
    this.#isStopped = true;
    this.#turn?.done(false);
    this.#watch?.stop();
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    for (const { giveUp } of this.#dials) giveUp();
    this.#dials = [];
    this.#waiting?.abort();
  }

  #advance(): void {
    if (!this.#isStopped) this.#perform(this.#race.advance(this.#context.clock.now()));
  }

  #perform(actions: readonly RaceAction[]): void {
    for (const action of actions) this.#performOne(action);
    this.#cancelTimer?.();
    this.#cancelTimer = undefined;
    const deadline = this.#race.nextDeadline();
    if (deadline === Number.POSITIVE_INFINITY || this.#isStopped) return;
    if (this.#dials.length === 0) {
      this.#turn?.done(false);
      this.#watchClient();
    }
    this.#cancelTimer = this.#context.clock.after(this.#msUntil(deadline), () =>
      this.#seeker.contain(() => this.#advance()),
    );
  }

  #watchClient(): void {
    this.#watch ??= new ClientWatch(this.#client, () => this.#dials.length > 0);
    this.#watch.start();
  }

  #performOne(action: RaceAction): void {
    const { picker, onReached } = this.#context;
    switch (action.kind) {
      case 'dial':
        this.#startDial(action.attempt, action.endpoint, action.address);
        return;
      case 'cancel':
        this.#takeDial(action.attempt)?.giveUp();
        return;
      case 'succeeded':
        this.#dialMs = action.latencyMs;
        picker.dialSucceeded(action.endpoint.id, action.latencyMs, action);
        onReached(this.#failures);
        this.#failures = 0;
        return;
      case 'failed':
        this.#failures += 1;
        picker.dialFailed(action.endpoint.id, action.failure);
        return;
      case 'wait':
        this.#waitForEndpoint();
        return;
      case 'lost':
        this.#seeker.lost(
          action.lastFailure === undefined ? undefined : (this.#lastReason ?? 'nobody answered in time'),
        );
        return;
      default:
        action satisfies never;
    }
  }

  #waitForEndpoint(): void {
    if (this.#waiting !== undefined) return;
    const waiting = new AbortController();
    this.#waiting = waiting;
    this.#context.picker.waitForEndpoint(waiting.signal).then(
      () => {
        this.#waiting = undefined;
        this.#seeker.contain(() => this.#advance());
      },
      () => {},
    );
  }

  #startDial(attempt: number, endpoint: Endpoint, address: string): void {
    const target: Target = { kind: 'tcp', address, port: endpoint.port };
    let giveUp: (() => void) | undefined;
    const dial = (): void => {
      giveUp = this.#context.dial(
        target,
        this.leftMs,
        (result) => {
          this.#takeDial(attempt);
          if (result.kind === 'connected') {
            this.#connect(attempt, endpoint, address, result.socket);
          } else {
            const { code, message } = result.error;
            this.#seeker.contain(() => this.#fail(attempt, classifyDialFailure(code), message));
          }
        },
        endpoint,
      );
    };
    const refuse = (): void => {
      this.#takeDial(attempt);
      const reason = `${describeEndpoint(endpoint)} ${FAILURE_REASONS.loop}`;
      this.#seeker.contain(() => this.#fail(attempt, 'loop', reason));
    };
    const { dialSilent } = this.#context.picker;
    const cancelSilence =
      dialSilent === undefined ? undefined : this.#context.clock.after(SILENCE_MS, () => dialSilent(endpoint.id));
    const stopWaiting = this.#context.loops.admit(endpoint, this.#seeker, dial, refuse);
    const stop = (): void => {
      stopWaiting?.();
      cancelSilence?.();
      giveUp?.();
    };
    this.#dials = [...this.#dials, { attempt, giveUp: stop, cancelSilence }];
  }

  #connect(attempt: number, endpoint: Endpoint, address: string, dialled: Leg): void {
    this.#seeker.contain(() => {
      dialled.on('error', ignoreError);
      this.#watch?.stop();
      this.#turn?.done(true);
      this.#perform(this.#race.connected(attempt, this.#context.clock.now()));
      this.#seeker.reached({ attempt, endpoint, address, dialled });
    });
    if (this.#isStopped) resetLeg(dialled);
  }

  #takeDial(attempt: number): Dialling | undefined {
    const dialling = this.#dials.find((one) => one.attempt === attempt);
    dialling?.cancelSilence?.();
    this.#dials = this.#dials.filter((one) => one !== dialling);
    return dialling;
  }

  #fail(attempt: number, failure: DialFailure, reason: string): void {
    this.#lastReason = reason;
    this.#perform(this.#race.failed(attempt, failure, this.#context.clock.now()));
  }

  #msUntil(deadline: number): number {
    return Math.max(1, Math.ceil(deadline - this.#context.clock.now()));
  }
}

/** For people. */
export function describeEndpoint({ instance, id }: Endpoint): string {
  return instance ?? id;
}

/** Failures are seen where they matter; without a listener an error would end the process. */
export function ignoreError(): void {}
