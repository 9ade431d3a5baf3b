import type { Clock } from '@mdns-ambassador/mdns';
import { formatTarget, type Target } from '@mdns-ambassador/relay';
import { type EndpointStatusReport, reportEndpointStatus } from './endpoint-report.ts';
import type {
  CreateEngine,
  DialFailure,
  EndpointPicker,
  Engine,
  EngineCounters,
  EngineEvent,
} from './engines/engine.ts';
import { Pool, type PoolEvent } from './pool/pool.ts';
import type { Random } from './pool/random.ts';
import type { ProxyEvent, ProxyOptions } from './proxy-options.ts';
import type { DialReport, ServiceConnectionReport, ServiceTraffic } from './service-traffic.ts';
import { WaitingRoom } from './waiting-room.ts';

/** CONTRACT 3: one of `services`. */
export interface ServiceStatus {
  readonly service: string;
  readonly listen: readonly string[];
  readonly engine: string;
  readonly balance: string;
  readonly endpoints: readonly EndpointStatusReport[];
  readonly connections: Pick<EngineCounters, 'active' | 'accepted' | 'failed' | 'retried'>;
}

export interface ServiceProxyContext {
  readonly clock: Clock;
  readonly random: Random;
  readonly engineName: string;
  readonly createEngine: CreateEngine;
  readonly onEvent: (event: ProxyEvent) => void;
  readonly onDial?: ((dial: DialReport) => void) | undefined;
  readonly onConnection?: ((connection: ServiceConnectionReport) => void) | undefined;
}

/** A full house turns clients away by the thousand; it is told this often at most. */
const FULL_INTERVAL_MS = 10_000;

/** One service: its sources fill a pool, and an engine picks from it. */
export class ServiceProxy implements EndpointPicker {
  readonly #options: ProxyOptions;
  readonly #context: ServiceProxyContext;
  readonly #pool: Pool;
  readonly #engine: Engine;
  readonly #waiting = new WaitingRoom();
  /** By endpoint: when its connections are reset after it was lost (`onEndpointLost: drain`). */
  readonly #resets = new Map<string, () => void>();
  /** By source: when it last said something. */
  readonly #heardAt = new Map<string, number>();
  #ejections = 0;
  #listening: readonly Target[] = [];
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined;
  #isNoEndpointTold = false;
  #isUnreachableTold = false;
  #fullToldAt = Number.NEGATIVE_INFINITY;
  #isClosed = false;

  constructor(options: ProxyOptions, context: ServiceProxyContext) {
    this.#options = options;
    this.#context = context;
    const { merge, balance } = options;
    this.#pool = new Pool({ sources: options.sources.map(({ name }) => name), merge, balance, random: context.random });
    this.#engine = context.createEngine(options, this, (event) => this.#onEngineEvent(event));
  }

  /** Listens, then looks for endpoints. Rejects as the engine does when it can't listen. Called once. */
  async start(): Promise<void> {
    this.#listening = await this.#engine.start();
    if (this.#isClosed) return;
    this.#emit({ kind: 'listening', service: this.#options.service, at: this.#listening });
    for (const source of this.#options.sources) {
      await source.start((update) => {
        if (this.#isClosed) return;
        this.#heardAt.set(source.name, this.#now());
        this.#settle(this.#pool.apply(source.name, update, this.#now()));
      });
    }
  }

  status(): ServiceStatus {
    const { active, accepted, failed, retried } = this.#engine.counters;
    return {
      service: this.#options.service,
      listen: this.#listening.map(formatTarget),
      engine: this.#context.engineName,
      balance: this.#options.balance,
      endpoints: this.#pool.snapshot().map(reportEndpointStatus),
      connections: { active, accepted, failed, retried },
    };
  }

  traffic(): ServiceTraffic {
    const { service, sources } = this.#options;
    const { bytesUp, bytesDown, dropped } = this.#engine.counters;
    const ages = sources.map(({ name }) => {
      const heardAt = this.#heardAt.get(name);
      return heardAt === undefined ? { name } : { name, ageMs: this.#now() - heardAt };
    });
    return { service, bytesUp, bytesDown, dropped, ejections: this.#ejections, sources: ages };
  }

  /** Stops listening and lets connections finish. */
  async drain(): Promise<void> {
    const outcome = await this.#engine.drain(this.#options.drainTimeoutMs);
    this.#emit({ kind: 'drained', service: this.#options.service, ...outcome });
  }

  /** Ends at once; no event after this has resolved. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#alarm?.cancel();
    for (const cancel of this.#resets.values()) cancel();
    this.#resets.clear();
    await Promise.all([this.#engine.close(), ...this.#options.sources.map((source) => source.close())]);
  }

  pick(request: { readonly exclude: ReadonlySet<string>; readonly clientAddress?: string }): ReturnType<Pool['pick']> {
    return this.#pool.pick(request, this.#now());
  }

  async waitForEndpoint(signal: AbortSignal): Promise<void> {
    if (this.#pool.hasEndpoint()) return;
    const entered = this.#waiting.enter(signal);
    if (!this.#isNoEndpointTold && !signal.aborted) {
      this.#isNoEndpointTold = true;
      this.#emit({ kind: 'no-endpoint', service: this.#options.service, waiting: this.#waiting.size });
    }
    await entered;
  }

  opened(id: string): () => void {
    this.#pool.opened(id);
    return () => this.#pool.closed(id);
  }

  dialSucceeded(id: string, latencyMs: number): void {
    this.#isUnreachableTold = false;
    this.#context.onDial?.({ kind: 'connected', service: this.#options.service, latencyMs });
    this.#settle(this.#pool.dialSucceeded(id, this.#now()));
  }

  dialFailed(id: string, failure: DialFailure): void {
    this.#context.onDial?.({ kind: 'failed', service: this.#options.service, failure });
    this.#settle(this.#pool.dialFailed(id, failure, this.#now()));
    if (failure === 'local') return;
    for (const source of this.#options.sources) source.verify(id);
  }

  /** Tells what happened in the pool, sees to who was waiting for it, and sets the timer for what comes next. */
  #settle(events: readonly PoolEvent[]): void {
    for (const event of events) this.#onPoolEvent(event);
    if (this.#pool.hasEndpoint()) {
      this.#isNoEndpointTold = false;
      this.#waiting.release();
    }
    this.#setAlarm();
  }

  #setAlarm(): void {
    const at = this.#isClosed ? Number.POSITIVE_INFINITY : this.#pool.nextDeadline();
    if (this.#alarm?.at === at) return;
    this.#alarm?.cancel();
    this.#alarm = undefined;
    if (at === Number.POSITIVE_INFINITY) return;
    const ring = (): void => {
      this.#alarm = undefined;
      this.#settle(this.#pool.advance(this.#now()));
    };
    this.#alarm = { at, cancel: this.#context.clock.after(Math.max(0, at - this.#now()), ring) };
  }

  #onPoolEvent(event: PoolEvent): void {
    const { service } = this.#options;
    const { endpoint } = event;
    switch (event.kind) {
      case 'added':
        this.#resets.get(endpoint.id)?.();
        this.#resets.delete(endpoint.id);
        this.#emit({ kind: 'endpoint-added', service, endpoint });
        return;
      case 'updated':
        this.#emit({ kind: 'endpoint-updated', service, endpoint });
        return;
      case 'state-changed':
        if (event.state === 'ejected') this.#ejections += 1;
        this.#emit({ kind: 'endpoint-state', service, endpoint, state: event.state, reason: event.reason });
        return;
      case 'removed':
        this.#emit({ kind: 'endpoint-removed', service, endpoint, reason: event.reason });
        if (event.isLost) this.#endConnectionsOf(endpoint.id);
        return;
      default:
        event satisfies never;
    }
  }

  #endConnectionsOf(id: string): void {
    switch (this.#options.onEndpointLost) {
      case 'keep':
        return;
      case 'close':
        this.#engine.resetConnectionsOf(id);
        return;
      case 'drain': {
        const reset = (): void => {
          this.#resets.delete(id);
          this.#engine.resetConnectionsOf(id);
        };
        this.#resets.get(id)?.();
        this.#resets.set(id, this.#context.clock.after(this.#options.drainTimeoutMs, reset));
        return;
      }
      default:
        this.#options.onEndpointLost satisfies never;
    }
  }

  #onEngineEvent(event: EngineEvent): void {
    const { service } = this.#options;
    switch (event.kind) {
      case 'unreachable':
        if (this.#isUnreachableTold) return;
        this.#isUnreachableTold = true;
        this.#emit({ kind: 'unreachable', service, reason: event.reason });
        return;
      case 'connections-full':
        if (this.#now() - this.#fullToldAt < FULL_INTERVAL_MS) return;
        this.#fullToldAt = this.#now();
        this.#emit({ kind: 'connections-full', service, limit: event.limit });
        return;
      case 'connection-ended':
        this.#context.onConnection?.({ service, ...event.connection });
        return;
      default:
        event satisfies never;
    }
  }

  #emit(event: ProxyEvent): void {
    if (!this.#isClosed) this.#context.onEvent(event);
  }

  #now(): number {
    return this.#context.clock.now();
  }
}
