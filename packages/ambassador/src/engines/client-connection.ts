import { Socket } from 'node:net';
import {
  dismissClient,
  type Ends,
  type Leg,
  type Opened,
  type Opening,
  Redial,
  Refusal,
  resetLeg,
  runPrologues,
  type Splice,
  type SpliceOutcome,
  splice,
  surface,
  type Target,
} from '@mdns-ambassador/relay';
import { FAILURE_REASONS } from '../pool/dial-failure.ts';
import { type Endpoint, namePlace } from '../pool/endpoint.ts';
import { ClientWatch } from './client-watch.ts';
import type { ConnectionContext } from './connection-context.ts';
import { describeDestination } from './destination.ts';
import { classifyDialFailure } from './dial-failure.ts';
import type { ConnectionOutcome, ConnectionReport, DialFailure } from './engine.ts';
import { Race, type RaceAction } from './race.ts';

/** Whoever is asked something may take this long before it is doubted that he is there. */
const UNANSWERED_MS = 5_000;

/** How often a prologue may have one client's endpoint dialled once more. */
const MAX_REDIALS = 2;

/** An endpoint that answered a dial. */
interface Reached {
  readonly attempt: number;
  readonly endpoint: Endpoint;
  readonly address: string;
  readonly dialled: Leg;
}

interface Dialling {
  readonly attempt: number;
  readonly giveUp: () => void;
}

interface Greeting {
  readonly kind: 'greeting';
  readonly upstream: Leg;
  readonly abort: AbortController;
}

type State =
  | { readonly kind: 'hearing'; readonly abort: AbortController }
  | { readonly kind: 'seeking' }
  | Greeting
  | { readonly kind: 'spliced'; readonly splice: Splice; readonly reached: Reached }
  | { readonly kind: 'refused' }
  | { readonly kind: 'over' };

/** One accepted client: finds it an endpoint, greets that, carries the bytes. Takes a paused socket. */
export class ClientConnection {
  /** Resolves when the client is done with. Never rejects. */
  readonly finished: Promise<void>;
  readonly #client: Socket;
  readonly #context: ConnectionContext;
  /** Where nobody could be dialled for a moment. */
  #watch: ClientWatch | undefined;
  #race: Race;
  readonly #startedAt: number;
  /** Known where it is reported: asking the kernel takes time, and a closed socket has forgotten. */
  readonly #from: ConnectionReport['client'];
  #deadline: number;
  /** Under way: how to give each up. */
  #dials: readonly Dialling[] = [];
  #waiting: AbortController | undefined;
  #state: State = { kind: 'seeking' };
  #timer: NodeJS.Timeout | undefined;
  #failures = 0;
  #hasHeard = false;
  /** As it was when nothing was awaited last. */
  #quiet = { up: 0, down: 0, at: 0 };
  #lastReason: string | undefined;
  #opened: Opened = {};
  #redials = 0;
  /** What the client is told if nobody does better than the one that said so. */
  #lastReply: Uint8Array | undefined;
  #dialMs = 0;
  #outcome: ConnectionOutcome = { kind: 'left' };
  #finish: () => void = () => {};

  constructor(client: Socket, context: ConnectionContext) {
    this.#client = client;
    this.#context = context;
    this.finished = new Promise((resolve) => {
      this.#finish = resolve;
    });
    const now = performance.now();
    this.#startedAt = now;
    this.#from = context.onReport === undefined ? undefined : readPeer(client);
    this.#deadline = now + context.connectTimeoutMs;
    context.budget.earn();
    this.#race = this.#createRace(now);
    client.on('error', ignoreError);
    client.once('close', () => {
      if (this.#state.kind !== 'spliced') this.#end();
    });
    const { opening } = context;
    this.#contain(() => (opening === undefined ? this.#perform(this.#race.advance(now)) : this.#hear(opening)));
  }

  /** Who carries it. */
  get endpoint(): Endpoint | undefined {
    return this.#state.kind === 'spliced' ? this.#state.reached.endpoint : undefined;
  }

  get endpointId(): string | undefined {
    return this.endpoint?.id;
  }

  get bytesUp(): number {
    return this.#state.kind === 'spliced' ? this.#state.splice.bytesUp : 0;
  }

  get bytesDown(): number {
    return this.#state.kind === 'spliced' ? this.#state.splice.bytesDown : 0;
  }

  /** Whether a byte has come from an endpoint. */
  get hasHeard(): boolean {
    return this.#hasHeard || this.bytesDown > 0;
  }

  /** Where it was dialled, as `placesOf` names places. */
  get place(): string | undefined {
    if (this.#state.kind !== 'spliced') return undefined;
    const { address, endpoint } = this.#state.reached;
    return namePlace(address, endpoint.port);
  }

  /** Of the TCP connection to the endpoint; undefined where it is carried by something else. */
  get ends(): Ends | undefined {
    if (this.#state.kind !== 'spliced') return undefined;
    const { dialled } = this.#state.reached;
    return dialled instanceof Socket ? dialled : undefined;
  }

  /** Whether something was sent over it some seconds ago and nothing has come since; ask again and again. */
  isUnanswered(now: number): boolean {
    if (this.#state.kind !== 'spliced') return false;
    const { bytesUp, bytesDown } = this.#state.splice;
    const { up, down, at } = this.#quiet;
    if (bytesDown === down && bytesUp !== up) return now - at >= UNANSWERED_MS;
    this.#quiet = { up: bytesUp, down: bytesDown, at: now };
    return false;
  }

  reset(): void {
    if (this.#state.kind === 'spliced') this.#state.splice.reset();
    else {
      this.#outcome = { kind: 'aborted' };
      resetLeg(this.#client);
    }
  }

  /** Whatever calls this connection later calls it here: an error of our own ends this client, and nothing else. */
  #contain(act: () => void): void {
    try {
      act();
    } catch (error) {
      surface(error);
      this.#outcome = { kind: 'aborted' };
      if (this.#state.kind === 'spliced') this.#state.splice.reset();
      else resetLeg(this.#client);
      this.#end();
    }
  }

  #createRace(now: number): Race {
    const { budget, connectTimeoutMs, patienceMs } = this.#context;
    return new Race({
      pick: (exclude) => this.#pick(exclude),
      mayDial: ({ id }) => this.#context.picker.mayDial?.(id) !== false,
      startedAt: now,
      timeoutMs: connectTimeoutMs,
      budget,
      ...(patienceMs === undefined ? {} : { patienceMs }),
    });
  }

  #pick(exclude: ReadonlySet<string>): Endpoint | undefined {
    const { endpointId } = this.#opened;
    const carrier = endpointId === undefined ? undefined : this.#context.findCarrier(endpointId);
    if (carrier === undefined) return this.#context.picker.pick(new PickRequest(exclude, this.#client));
    return exclude.has(carrier.id) ? undefined : carrier;
  }

  /** The time that a client takes to speak is its own: the search for an endpoint begins after it. */
  #hear(opening: Opening): void {
    const hearing = { kind: 'hearing', abort: new AbortController() } as const;
    this.#state = hearing;
    opening.hear(this.#client, hearing.abort.signal).then(
      (opened) => {
        if (this.#state === hearing) this.#contain(() => this.#seek(opened));
      },
      (error: unknown) => {
        if (this.#state !== hearing) return;
        if (error instanceof Refusal) this.#contain(() => this.#refuse(error));
        else resetLeg(this.#client);
      },
    );
  }

  #seek(opened: Opened): void {
    this.#opened = opened;
    this.#state = { kind: 'seeking' };
    const now = performance.now();
    this.#deadline = now + this.#context.connectTimeoutMs;
    this.#race = this.#createRace(now);
    this.#perform(this.#race.advance(now));
  }

  /** The client is told why, and leaves. */
  #refuse(refusal: Refusal): void {
    this.#outcome = { kind: 'failed', reason: refusal.message };
    this.#context.onRefused(refusal.message);
    this.#state = { kind: 'refused' };
    this.#dismiss(refusal.reply);
  }

  #dismiss(reply: Uint8Array): void {
    this.#watch?.stop();
    dismissClient(this.#client, reply);
  }

  #perform(actions: readonly RaceAction[]): void {
    for (const action of actions) this.#performOne(action);
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const deadline = this.#race.nextDeadline();
    if (deadline === Number.POSITIVE_INFINITY || this.#state.kind === 'over') return;
    if (this.#dials.length === 0) {
      this.#watch ??= new ClientWatch(this.#client, () => this.#dials.length > 0);
      this.#watch.start();
    }
    this.#timer = setTimeout(() => this.#contain(() => this.#advance()), waitUntil(deadline));
  }

  #performOne(action: RaceAction): void {
    const { picker } = this.#context;
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
        this.#context.onReached(this.#failures);
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
        this.#lose(action.lastFailure === undefined ? undefined : (this.#lastReason ?? 'nobody answered in time'));
        return;
      default:
        action satisfies never;
    }
  }

  #lose(reason: string | undefined): void {
    this.#outcome = reason === undefined ? { kind: 'failed' } : { kind: 'failed', reason };
    this.#context.onLost(reason);
    if (this.#lastReply === undefined) resetLeg(this.#client);
    else this.#dismiss(this.#lastReply);
  }

  #advance(): void {
    if (this.#state.kind === 'seeking') this.#perform(this.#race.advance(performance.now()));
  }

  #waitForEndpoint(): void {
    this.#waiting ??= new AbortController();
    this.#context.picker.waitForEndpoint(this.#waiting.signal).then(
      () => this.#contain(() => this.#advance()),
      () => {},
    );
  }

  #startDial(attempt: number, endpoint: Endpoint, address: string): void {
    const target: Target = { kind: 'tcp', address, port: endpoint.port };
    let giveUp: (() => void) | undefined;
    const dial = (): void => {
      giveUp = this.#context.dial(
        target,
        waitUntil(this.#deadline),
        (result) => {
          this.#takeDial(attempt);
          if (result.kind === 'connected') {
            const dialled = result.socket;
            this.#contain(() => this.#greet({ attempt, endpoint, address, dialled }));
            if (this.#state.kind === 'over') resetLeg(dialled);
          } else {
            const { code, message } = result.error;
            this.#contain(() => this.#retry(attempt, classifyDialFailure(code), message));
          }
        },
        endpoint,
      );
    };
    const refuse = (): void => {
      this.#takeDial(attempt);
      this.#contain(() => this.#retry(attempt, 'loop', `${describeEndpoint(endpoint)} ${FAILURE_REASONS.loop}`));
    };
    const stopWaiting = this.#context.loops.admit(endpoint, this, dial, refuse);
    const stop = (): void => {
      stopWaiting?.();
      giveUp?.();
    };
    this.#dials = [...this.#dials, { attempt, giveUp: stop }];
  }

  #takeDial(attempt: number): Dialling | undefined {
    const dialling = this.#dials.find((one) => one.attempt === attempt);
    this.#dials = this.#dials.filter((one) => one !== dialling);
    return dialling;
  }

  #retry(attempt: number, failure: DialFailure, reason: string): void {
    this.#lastReason = reason;
    this.#state = { kind: 'seeking' };
    this.#perform(this.#race.failed(attempt, failure, performance.now()));
  }

  #greet(reached: Reached): void {
    const { attempt, endpoint, dialled: upstream } = reached;
    upstream.on('error', ignoreError);
    this.#watch?.stop();
    this.#perform(this.#race.connected(attempt, performance.now()));
    if (this.#context.prologues.length === 0) {
      this.#splice(reached, upstream);
      return;
    }
    const greeting: Greeting = { kind: 'greeting', upstream, abort: new AbortController() };
    this.#state = greeting;
    const fail = (error: unknown): void => {
      if (this.#state !== greeting) return;
      greeting.abort.abort();
      resetLeg(upstream);
      if (error instanceof Refusal && error.isPassing) this.#lastReply = error.reply;
      if (error instanceof Refusal && !error.isPassing) this.#refuse(error);
      else if (error instanceof Redial && this.#redials < MAX_REDIALS) this.#redial(reached);
      // Who was cut short says less than who answered before.
      else if (error === TOO_LONG && this.#lastReason !== undefined)
        this.#retry(attempt, 'handshake', this.#lastReason);
      else this.#retry(attempt, 'handshake', `${describeEndpoint(endpoint)}: ${describeError(error)}`);
    };
    const timer = setTimeout(() => this.#contain(() => fail(TOO_LONG)), waitUntil(this.#deadline));
    const destination = describeDestination(endpoint, reached.address, this.#context.proof);
    runPrologues(this.#context.prologues, this.#client, upstream, greeting.abort.signal, destination).then(
      (greeted) => {
        clearTimeout(timer);
        if (this.#state === greeting) this.#contain(() => this.#splice(reached, greeted));
      },
      (error: unknown) => {
        clearTimeout(timer);
        this.#contain(() => fail(error));
      },
    );
  }

  /** The race stays won by this attempt until it is reported as failed. */
  #redial({ attempt, endpoint, address }: Reached): void {
    this.#redials += 1;
    this.#state = { kind: 'seeking' };
    this.#startDial(attempt, endpoint, address);
  }

  #splice(reached: Reached, upstream: Leg): void {
    const { attempt, endpoint } = reached;
    const release = this.#context.picker.opened(endpoint.id);
    this.#opened.reached?.(endpoint.id, upstream);
    const live = splice(this.#client, upstream, {
      keepsUntouchedClient: () =>
        this.#context.prologues.length === 0 && !this.#client.destroyed && performance.now() < this.#deadline,
    });
    this.#state = { kind: 'spliced', splice: live, reached };
    this.#quiet.at = performance.now();
    const settle = (outcome: SpliceOutcome): void => {
      release();
      if (outcome.kind !== 'untouched') {
        this.#outcome = outcome;
        this.#end();
      } else if (this.#client.destroyed) this.#end();
      else this.#retry(attempt, 'reset', `${describeEndpoint(endpoint)} reset the connection`);
    };
    void live.finished.then((outcome) => this.#contain(() => settle(outcome)));
  }

  #end(): void {
    if (this.#state.kind === 'over') return;
    this.#hasHeard = this.bytesDown > 0;
    try {
      this.#context.onEnded(this.bytesUp, this.bytesDown);
      this.#context.onReport?.(this.#report());
    } catch (error) {
      surface(error);
    }
    if (this.#state.kind === 'hearing') this.#state.abort.abort();
    if (this.#state.kind === 'greeting') {
      this.#state.abort.abort();
      resetLeg(this.#state.upstream);
    }
    this.#state = { kind: 'over' };
    clearTimeout(this.#timer);
    for (const { giveUp } of this.#dials) giveUp();
    this.#dials = [];
    this.#waiting?.abort();
    this.#finish();
  }

  #report(): ConnectionReport {
    const reached = this.#state.kind === 'spliced' ? this.#state.reached : undefined;
    return {
      ...(this.#from === undefined ? {} : { client: this.#from }),
      ...(reached === undefined ? {} : { endpoint: reached.endpoint, address: reached.address, dialMs: this.#dialMs }),
      bytesUp: this.bytesUp,
      bytesDown: this.bytesDown,
      durationMs: performance.now() - this.#startedAt,
      outcome: this.#outcome,
    };
  }
}

/** Most balancers do not look at the address, and asking the kernel for it takes time. */
class PickRequest {
  readonly exclude: ReadonlySet<string>;
  readonly #client: Socket;

  constructor(exclude: ReadonlySet<string>, client: Socket) {
    this.exclude = exclude;
    this.#client = client;
  }

  get clientAddress(): string {
    return this.#client.remoteAddress ?? '';
  }
}

function readPeer({ remoteAddress: address, remotePort: port }: Socket): ConnectionReport['client'] {
  return address === undefined || port === undefined ? undefined : { address, port };
}

/** Whole milliseconds: Node keeps a list of timers for each duration. */
function waitUntil(deadline: number): number {
  return Math.max(1, Math.ceil(deadline - performance.now()));
}

function describeEndpoint({ instance, id }: Endpoint): string {
  return instance ?? id;
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

const TOO_LONG = new Error('the handshake took too long');

/** Failures are seen where they matter; without a listener an error would end the process. */
function ignoreError(): void {}
