import type { CheckOutcome, DialService } from '@mdns-ambassador/checks';
import type { Random } from '@mdns-ambassador/mdns';
import { type Clock, formatTarget, surface, type Target, TurnedAway } from '@mdns-ambassador/relay';
import type {
  CarriedBytes,
  CreateEngine,
  DialFailure,
  EndpointPicker,
  Engine,
  EngineCounters,
  EngineEvent,
  OverloadQueue,
  Reached,
} from '../engines/engine.ts';
import { formatFaults } from '../engines/faults.ts';
import type { DialBudget } from '../pool/dial-budget.ts';
import { isSilence } from '../pool/dial-failure.ts';
import { type Endpoint, type EndpointState, isSamePlace, NO_TALLY } from '../pool/endpoint.ts';
import { Pool } from '../pool/pool.ts';
import type { PoolEvent } from '../pool/pool-event.ts';
import type { MeasureDistance } from '../pool/priority.ts';
import type { ProxyEvent, ProxyFact } from '../proxy-event.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import { EndpointChecks } from './endpoint-checks.ts';
import { EndpointProbes } from './endpoint-probes.ts';
import { type EndpointStatusReport, reportEndpointStatus } from './endpoint-report.ts';
import { LostConnections } from './lost-connections.ts';
import type { OwnLinks } from './own-links.ts';
import { OwnPlaces } from './own-places.ts';
import { ServiceTally } from './service-tally.ts';
import type { ServiceConnectionReport, ServiceTraffic } from './service-traffic.ts';
import { WaitingRoom } from './waiting-room.ts';

/** CONTRACT 3: one of `services`. */
export interface ServiceStatus extends CarriedBytes {
  readonly service: string;
  readonly listen: readonly string[];
  readonly engine: string;
  readonly balance: string;
  /** What connections are to suffer, as it is written; absent: nothing. */
  readonly faults?: string;
  readonly endpoints: readonly EndpointStatusReport[];
  readonly connections: Omit<EngineCounters, keyof CarriedBytes>;
  /** Whether clients can be sent somewhere. */
  readonly ready: boolean;
  /** Since when that is so, in ISO 8601. */
  readonly since: string;
}

export interface ServiceProxyContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly engineName: string;
  readonly createEngine: CreateEngine;
  readonly lag: () => number;
  readonly dial: DialService;
  readonly links: OwnLinks;
  /** Shared by the services of the process. */
  readonly budget: DialBudget;
  readonly ownAddresses?: (() => ReadonlySet<string>) | undefined;
  /** Asked when endpoints are ranked: how far each is from this machine now. */
  readonly distances?: (() => MeasureDistance) | undefined;
  readonly onEvent: (event: ProxyEvent) => void;
  readonly onConnection?: ((connection: ServiceConnectionReport) => void) | undefined;
}

/** A full house or a wrong secret turns clients away by the thousand; it is told this often at most. */
const FULL_INTERVAL_MS = 10_000;

const MAX_LEADING_BACK = 256;
/** A first answer of discovery takes less. */
const WAKE_MS = 500;
const NOTHING: CarriedBytes = { bytesUp: 0, bytesDown: 0 };

/** One service: its sources fill a pool, and an engine picks from it. */
export class ServiceProxy implements EndpointPicker {
  readonly #options: ProxyOptions;
  readonly #context: ServiceProxyContext;
  readonly #pool: Pool;
  readonly #engine: Engine;
  readonly #waiting = new WaitingRoom();
  readonly #checks: EndpointChecks | undefined;
  readonly #probes: EndpointProbes;
  readonly #lost: LostConnections;
  readonly dialSilent: EndpointPicker['dialSilent'];
  readonly #tally = new ServiceTally();
  /** By source: when it last said something, in milliseconds since 1970. */
  readonly #heardAt = new Map<string, number>();
  /** Endpoints that were told to lead back here. */
  readonly #leadingBack = new Set<string>();
  #ejections = 0;
  #isReady = false;
  #readySince: number;
  #listening: readonly Target[] = [];
  /** Connections that are carried. */
  #open = 0;
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined;
  #isNoEndpointTold = false;
  #isUnreachableTold = false;
  /** By kind: when clients that were turned away were told of last. */
  readonly #toldAt = new Map<EngineEvent['kind'], number>();
  readonly #turnedAway: TurnedAway;
  #overloadedQueue: OverloadQueue = 'accept';
  #isClosed = false;
  readonly #unfollowChecks: (() => void) | undefined;

  constructor(options: ProxyOptions, context: ServiceProxyContext) {
    this.#options = options;
    this.#context = context;
    this.#readySince = context.clock.wallClock();
    const { merge, balance, check, heardChecks, prefer } = options;
    const { clock, random, lag, dial, links, budget } = context;
    const sources = options.sources.map(({ name }) => name);
    const distances = prefer === 'local' ? context.distances : undefined;
    const isChecked = check !== undefined || heardChecks !== undefined;
    const mayBeCutOff = ({ addresses }: Endpoint, since: number): boolean => links.mayBeCutOff(addresses, since);
    this.#pool = new Pool({
      sources,
      merge,
      balance,
      random,
      lag,
      mayBeCutOff,
      budget,
      distances,
      isChecked,
    });
    this.#unfollowChecks = heardChecks?.follow((id, outcome) => contain(() => this.#takeCheck(id, outcome)));
    this.#checks =
      check === undefined
        ? undefined
        : new EndpointChecks({
            ...check,
            links,
            clock,
            random,
            admitDial: (id) => this.#admitDial(id),
            onOutcome: (id, outcome) => this.#takeCheck(id, outcome),
          });
    this.#probes = new EndpointProbes({
      clock,
      dial,
      links,
      listDoubtful: () => this.#listDoubtful(),
      onProbed: (endpoint, failure) => this.#takeProbe(endpoint, failure),
    });
    this.dialSilent = options.wake === undefined ? undefined : (id) => this.#wake(id);
    this.#turnedAway = new TurnedAway(clock, (clients) =>
      this.#emit({ kind: 'overload', clients, queue: this.#overloadedQueue }),
    );
    this.#lost = new LostConnections({ ...options, clock, reset: (endpoint, reason) => this.#reset(endpoint, reason) });
    this.#engine = context.createEngine(options, this, (event) => this.#onEngineEvent(event), { clock, random });
  }

  /** Listens, then looks for endpoints. Rejects as the engine does when it can't listen. Called once. */
  async start(): Promise<void> {
    this.#listening = await this.#engine.start();
    if (this.#isClosed) return;
    const { faults } = this.#options;
    const said = faults === undefined ? {} : { faults: formatFaults(faults) };
    this.#emit({ kind: 'listening', at: this.#listening, ...said });
    this.#tellEngine();
    const places = new OwnPlaces(this.#listening, this.#context.ownAddresses ?? (() => new Set()));
    for (const source of this.#options.sources) {
      await source.start((update) => {
        if (this.#isClosed) return;
        this.#heardAt.set(source.name, this.#context.clock.wallClock());
        contain(() => {
          const { updates, leadBack } = places.filter(update);
          for (const endpoint of leadBack) this.#tellLeadsBack(endpoint);
          for (const one of updates) this.#settle(this.#pool.apply(source.name, one, this.#now()));
        });
      });
    }
  }

  status(): ServiceStatus {
    const { active, accepted, failed, retried, dropped, overload, bytesUp, bytesDown } = this.#engine.counters;
    const carried = this.#engine.listCarried?.();
    const sums = this.#engine.sums?.().endpoints;
    return {
      service: this.#options.service,
      listen: this.#listening.map(formatTarget),
      engine: this.#options.engine?.kind ?? this.#context.engineName,
      balance: this.#options.balance,
      ...(this.#options.faults === undefined ? {} : { faults: formatFaults(this.#options.faults) }),
      endpoints: this.#pool
        .snapshot()
        .map((status) =>
          reportEndpointStatus(
            sums === undefined ? status : { ...status, ...(sums.get(status.id) ?? NO_TALLY) },
            carried === undefined ? undefined : (carried.get(status.id) ?? NOTHING),
          ),
        ),
      connections: { active, accepted, failed, retried, dropped, overload },
      bytesUp,
      bytesDown,
      ready: this.#isReady,
      since: new Date(this.#readySince).toISOString(),
    };
  }

  traffic(): ServiceTraffic {
    const { service, sources } = this.#options;
    const words = sources.map(({ name }) => {
      const heardAt = this.#heardAt.get(name);
      return heardAt === undefined ? { name } : { name, heardAt };
    });
    const ejections = this.#ejections;
    const { dialSeconds, dialFailures, connectionSeconds } = this.#engine.sums?.() ?? this.#tally.view();
    return { service, ejections, sources: words, dialSeconds, dialFailures, connectionSeconds };
  }

  /** Accepts no more; what is established goes on. */
  stopListening(): Promise<void> {
    return this.#engine.stopListening();
  }

  /** Stops listening and lets connections finish. */
  async drain(timeoutMs: number = this.#options.drainTimeoutMs): Promise<void> {
    const outcome = await this.#engine.drain(timeoutMs);
    this.#emit({ kind: 'drained', ...outcome });
  }

  /** Ends at once; no event after this has resolved. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#alarm?.cancel();
    this.#checks?.close();
    this.#unfollowChecks?.();
    this.#probes.close();
    this.#lost.close();
    this.#turnedAway.close();
    await Promise.all([this.#engine.close(), ...this.#options.sources.map((source) => source.close())]);
    this.#options.wake?.close();
    this.#options.dialler?.close();
  }

  pick(request: { readonly exclude: ReadonlySet<string>; readonly clientAddress?: string }): ReturnType<Pool['pick']> {
    return this.#pool.pick(request, this.#now());
  }

  mayDial(id: string): boolean {
    return this.#pool.admitDial(id, this.#now()) !== 'refused';
  }

  async waitForEndpoint(signal: AbortSignal): Promise<void> {
    const entered = this.#waiting.enter(signal);
    if (!this.#isNoEndpointTold && !signal.aborted) {
      this.#isNoEndpointTold = true;
      const known = this.#pool.snapshot().length;
      const refused = this.#options.sources.flatMap((source) => source.listRefused?.() ?? []);
      this.#emit({ kind: 'no-endpoint', waiting: this.#waiting.size, known, refused });
    }
    const cancelWake = this.#wakeSoon();
    await entered.finally(cancelWake);
  }

  opened(id: string): (bytesUp?: number, bytesDown?: number) => void {
    const openedAt = this.#now();
    this.#pool.opened(id);
    this.#open += 1;
    this.#probes.wake();
    return (bytesUp, bytesDown) => {
      const durationMs = this.#now() - openedAt;
      this.#tally.ended(durationMs);
      this.#pool.closed(id, durationMs, bytesUp, bytesDown);
      this.#open -= 1;
      if (this.#open === 0) this.#probes.rest();
    };
  }

  dialSucceeded(id: string, latencyMs: number, reached?: Reached): void {
    this.#isUnreachableTold = false;
    this.#tally.reached(latencyMs);
    this.#tellWakeReached(id, reached);
    this.#settle(this.#pool.dialSucceeded(id, this.#now(), latencyMs, reached?.address));
    // It answers, so that its source might hear of it again; or an address of it is out of date (RFC 6762 10.4).
    if (this.#pool.isStale(id) || reached?.isDetour === true) this.#verify([id]);
  }

  dialFailed(id: string, failure: DialFailure): void {
    this.#tally.failed(failure);
    this.#settle(this.#pool.dialFailed(id, failure, this.#now()));
    if (failure === 'local') return;
    if (isSilence(failure)) this.#wake(id);
    this.#verify([id]);
  }

  #wake(id: string): void {
    const endpoint = this.#pool.find(id);
    if (endpoint !== undefined) this.#options.wake?.needed([endpoint]);
  }

  #tellWakeReached(id: string, reached: Reached | undefined): void {
    const endpoint = this.#options.wake === undefined ? undefined : this.#pool.find(id);
    const address = reached?.address ?? endpoint?.addresses[0];
    if (endpoint !== undefined && address !== undefined) this.#options.wake?.reached(endpoint, address);
  }

  /** Clients wait; unless somebody is found at once, machines are to be woken. */
  #wakeSoon(): () => void {
    const { wake } = this.#options;
    if (wake === undefined) return () => undefined;
    return this.#context.clock.after(WAKE_MS, () => wake.needed(this.#pool.snapshot()));
  }

  #verify(ids: readonly string[]): void {
    for (const source of this.#options.sources) for (const id of ids) source.verify(id);
  }

  /** Tells what happened in the pool, sees to who was waiting for it, and sets the timer for what comes next. */
  #settle(events: readonly PoolEvent[]): void {
    for (const event of events) contain(() => this.#onPoolEvent(event));
    if (events.length > 0) this.#noteReadiness();
    if (this.#pool.hasEndpoint()) {
      this.#isNoEndpointTold = false;
      this.#waiting.release();
    }
    this.#tellEngine();
    this.#setAlarm();
  }

  #noteReadiness(): void {
    const isReady = this.#pool.isReady();
    if (isReady === this.#isReady) return;
    this.#isReady = isReady;
    this.#readySince = this.#context.clock.wallClock();
  }

  #tellEngine(): void {
    if (this.#isClosed) return;
    void this.#engine.sync?.(this.#pool.plan(this.#now()));
  }

  #setAlarm(): void {
    const at = this.#isClosed ? Number.POSITIVE_INFINITY : this.#pool.nextDeadline();
    if (this.#alarm?.at === at) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (at === Number.POSITIVE_INFINITY) return;
    const ring = (): void => {
      this.#alarm = undefined;
      contain(() => this.#settle(this.#pool.advance(this.#now())));
      // An error in what was due does not keep the next deadline from being set.
      this.#setAlarm();
    };
    this.#alarm = { at, cancel: this.#context.clock.after(Math.max(0, at - this.#now()), ring) };
  }

  #onPoolEvent(event: PoolEvent): void {
    const { endpoint } = event;
    switch (event.kind) {
      case 'added':
        this.#lost.keep(endpoint);
        this.#checks?.set(endpoint);
        this.#emit({ kind: 'endpoint-added', endpoint, state: event.state });
        return;
      case 'updated':
        this.#emit({ kind: 'endpoint-updated', endpoint, state: event.state });
        if (event.movedFrom === undefined) return;
        this.#checks?.set(endpoint);
        this.#lost.keep(endpoint);
        this.#lost.lose(event.movedFrom, 'it has moved');
        return;
      case 'state-changed':
        if (event.state === 'ejected') this.#ejections += 1;
        if (event.state === 'ready') this.#lost.keep(endpoint);
        // One that is heard of again says that the others can be, too.
        if (event.from === 'stale') this.#verify(this.#pool.listStale());
        this.#emit({ kind: 'endpoint-state', endpoint, state: event.state, reason: event.reason });
        return;
      case 'removed':
        this.#emit({ kind: 'endpoint-removed', endpoint, state: event.state, reason: event.reason });
        this.#checks?.remove(endpoint.id);
        if (event.isLost) this.#lost.lose(endpoint, event.reason);
        return;
      case 'declined':
        this.#lost.lose(endpoint, event.reason);
        return;
      case 'died':
        this.#lost.bury(endpoint, event.reason);
        return;
      default:
        event satisfies never;
    }
  }

  #admitDial(id: string): (() => void) | undefined {
    const admission = this.#pool.admitDial(id, this.#now());
    return admission === 'refused' ? undefined : () => this.#pool.dialAnswered(id, admission, this.#now());
  }

  #takeCheck(id: string, outcome: CheckOutcome): void {
    this.#options.check?.onOutcome?.(id, outcome);
    this.#settle(this.#pool.checked(id, outcome, this.#now()));
  }

  #listDoubtful(): readonly Endpoint[] {
    const doubtful = new Map(this.#pool.listDoubtful().map((endpoint) => [endpoint.id, endpoint]));
    return [...new Map([...doubtful, ...this.#engine.listUnanswered()]).values()];
  }

  #takeProbe(endpoint: Endpoint, failure: DialFailure | undefined): void {
    const known = this.#pool.find(endpoint.id);
    // A connection may be from before the endpoint moved.
    if (known !== undefined && isSamePlace(known, endpoint)) {
      this.#settle(this.#pool.probed(endpoint.id, failure, this.#now()));
    }
    if (isSilence(failure)) void this.#resetUnacknowledged(endpoint);
  }

  /** Silence of dials is a full accept queue as well; what the kernel has to say about a connection is not. */
  async #resetUnacknowledged(endpoint: Endpoint): Promise<void> {
    const state = this.#pool.stateOf(endpoint.id);
    const count = await this.#engine.resetUnacknowledged(endpoint.id);
    if (count > 0) this.#tellReset(endpoint, state, count, 'nobody acknowledges what is sent there');
  }

  #reset(endpoint: Endpoint, reason: string): void {
    const now = this.#pool.find(endpoint.id);
    // The pool forgets who left with the last of its connections.
    const state = this.#pool.stateOf(endpoint.id);
    // Connections to the place where the endpoint is now are kept, unless that place was lost.
    const except = now === undefined || isSamePlace(now, endpoint) ? undefined : now;
    const count = this.#engine.resetConnectionsOf(endpoint.id, except);
    if (count > 0) this.#tellReset(endpoint, state, count, reason);
  }

  #tellReset(endpoint: Endpoint, state: EndpointState | undefined, count: number, reason: string): void {
    this.#emit({ kind: 'connections-reset', endpoint, state, count, reason });
  }

  #tellLeadsBack(endpoint: Endpoint): void {
    if (this.#leadingBack.has(endpoint.id) || this.#leadingBack.size >= MAX_LEADING_BACK) return;
    this.#leadingBack.add(endpoint.id);
    this.#emit({ kind: 'leads-back', endpoint });
  }

  #onEngineEvent(event: EngineEvent): void {
    switch (event.kind) {
      case 'unreachable':
        if (this.#isUnreachableTold) return;
        this.#isUnreachableTold = true;
        this.#emit(event);
        return;
      case 'refused':
      case 'connections-full':
        if (this.#now() - (this.#toldAt.get(event.kind) ?? Number.NEGATIVE_INFINITY) < FULL_INTERVAL_MS) return;
        this.#toldAt.set(event.kind, this.#now());
        this.#emit(event);
        return;
      case 'connections-reset':
      case 'engine-changed':
        this.#emit(event);
        return;
      case 'overload':
        this.#overloadedQueue = event.queue;
        this.#turnedAway.add();
        return;
      case 'connection-ended':
        this.#context.onConnection?.({ service: this.#options.service, ...event.connection });
        return;
      default:
        event satisfies never;
    }
  }

  #emit(fact: ProxyFact): void {
    if (!this.#isClosed) this.#context.onEvent({ service: this.#options.service, ...fact });
  }

  #now(): number {
    return this.#context.clock.now();
  }
}

/** An error of our own ends what it was about, and neither the source that told of it nor the proxy. */
function contain(act: () => void): void {
  try {
    act();
  } catch (error) {
    surface(error);
  }
}
