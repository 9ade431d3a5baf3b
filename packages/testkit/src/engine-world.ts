import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Target } from '@mdns-ambassador/relay';
import { connectTo, TcpService } from './tcp-peers.ts';

const CONNECT_TIMEOUT_MS = 20_000;
const MAX_CONNECTIONS = 1000;
/** Who dials ahead has reached a service on loopback by then, on a busy machine too. */
const REACHED_MS = 20_000;
const LOOK_MS = 5;

/** What an engine can do beyond moving bytes; where one cannot, its cases say what it does instead. */
export interface EngineAbilities {
  /** A connection that breaks ends in a reset for the client too, and not as if all had been said. */
  readonly resetsClients: boolean;
  /** It goes on to another endpoint when one resets before a byte has passed. */
  readonly retriesUntouched: boolean;
  /** It knows of each connection whether what was sent is answered. */
  readonly seesAnswers: boolean;
  /** It dials an endpoint before it sends clients there. */
  readonly dialsAhead: boolean;
  /** It tells of each connection. */
  readonly reports: boolean;
  /** It counts clients as they come, and not a second later. */
  readonly limitsAtOnce: boolean;
  /** It ends a client's connection by a reset, rather than abort the client's socket. */
  readonly sendsResets: boolean;
}

type FailureUnderTest = 'refused' | 'reset' | 'timeout' | 'unreachable' | 'handshake' | 'local';
type EventUnderTest =
  | { readonly kind: 'engine-changed'; readonly message: string }
  | { readonly kind: 'unreachable' | 'refused'; readonly reason: string }
  | { readonly kind: 'connections-full'; readonly limit: number }
  | { readonly kind: 'connections-reset'; readonly count: number; readonly reason: string }
  | { readonly kind: 'overload'; readonly queue: 'accept' | 'dial' };
interface ConnectionUnderTest {
  readonly client?: { readonly address: string; readonly port: number };
  readonly endpoint?: { readonly id: string };
  readonly bytesUp: number;
  readonly bytesDown: number;
  readonly durationMs: number;
  readonly dialMs?: number;
  readonly outcome: { readonly kind: string };
}
type EngineEventUnderTest =
  | EventUnderTest
  | { readonly kind: 'connection-ended'; readonly connection: ConnectionUnderTest };

interface KnownEndpoint {
  readonly id: string;
  readonly service: string;
  readonly addresses: readonly string[];
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  readonly secure: boolean;
  readonly source: string;
  readonly draining: boolean;
}

type PickUnderTest =
  | { readonly kind: 'endpoint'; readonly endpoint: KnownEndpoint }
  | { readonly kind: 'nobody' | 'exhausted' };

interface PickerUnderTest {
  pick(request: { readonly exclude: ReadonlySet<string> }): PickUnderTest;
  waitForEndpoint(signal: AbortSignal): Promise<void>;
  opened(id: string): () => void;
  dialSucceeded(id: string, latencyMs: number): void;
  dialFailed(id: string, failure: FailureUnderTest): void;
}

/** What an engine looks like from outside (packages/ambassador, engines/engine.ts). */
export interface EngineUnderTest {
  start(): Promise<readonly Target[]>;
  readonly counters: {
    readonly active: number;
    readonly accepted: number;
    readonly failed: number;
    readonly retried: number;
    readonly dropped: number;
    readonly overload: number;
    readonly bytesUp: number;
    readonly bytesDown: number;
  };
  sync?(
    plan: readonly {
      readonly endpoint: KnownEndpoint;
      readonly share: number;
      readonly isUsed: boolean;
      readonly isOnTrial: boolean;
    }[],
  ): Promise<void>;
  resetConnectionsOf(id: string, except?: KnownEndpoint): number;
  listUnanswered(): ReadonlyMap<string, KnownEndpoint>;
  resetUnacknowledged(id: string): Promise<number>;
  drain(timeoutMs: number): Promise<{ readonly finished: number; readonly reset: number }>;
  close(): Promise<void>;
}

export type CreateEngineUnderTest = (
  options: {
    readonly listen: readonly Target[];
    readonly connectTimeoutMs: number;
    readonly maxConnections: number;
    readonly reportConnections: boolean;
  },
  picker: PickerUnderTest,
  onEvent: (event: EngineEventUnderTest) => void,
) => EngineUnderTest;

/** An engine, the endpoints that it may know of, and what it says of them. The first known one is picked first. */
export class EngineWorld implements PickerUnderTest {
  connectTimeoutMs: number = CONNECT_TIMEOUT_MS;
  maxConnections: number = MAX_CONNECTIONS;
  reportConnections = false;
  port = 0;
  /** Resolves when new connections go by what is known now. */
  synced: Promise<void> = Promise.resolve();
  readonly abilities: EngineAbilities;
  readonly failures: [id: string, failure: FailureUnderTest][] = [];
  readonly successes: string[] = [];
  readonly events: EventUnderTest[] = [];
  readonly ended: ConnectionUnderTest[] = [];
  readonly #createEngine: CreateEngineUnderTest;
  readonly #known = new Map<string, KnownEndpoint>();
  readonly #open = new Map<string, number>();
  readonly #waiting = new Set<() => void>();
  /** Services that the engine has not dialled since they began. */
  readonly #undialled = new Set<string>();
  /** Resolves when clients go by what was dialled; undefined since a service began. */
  #led: Promise<void> | undefined;
  readonly #cleanups: (() => unknown)[] = [];
  #engine: EngineUnderTest | undefined;
  #started: Promise<void> | undefined;

  constructor(createEngine: CreateEngineUnderTest, abilities: EngineAbilities) {
    this.#createEngine = createEngine;
    this.abilities = abilities;
  }

  /** The engine, once a client has connected. */
  get engine(): EngineUnderTest {
    if (this.#engine === undefined) throw new Error('The engine starts with the first client');
    return this.#engine;
  }

  /** Clients that wait for an endpoint. */
  get waiting(): number {
    return this.#waiting.size;
  }

  openOn(id: string): number {
    return this.#open.get(id) ?? 0;
  }

  /** Starts a service and makes it known. */
  async serve(id: string, behave: (socket: Socket) => void, port = 0): Promise<TcpService> {
    const service = await TcpService.start(behave, port);
    this.onClose(() => service.close());
    this.#undialled.add(id);
    this.#led = undefined;
    this.know(id, service.port);
    await this.synced;
    return service;
  }

  know(id: string, port: number, addresses: readonly string[] = ['127.0.0.1']): void {
    this.#known.set(id, this.describe(id, port, addresses));
    this.#sync();
    for (const proceed of [...this.#waiting]) proceed();
  }

  describe(id: string, port: number, addresses: readonly string[] = ['127.0.0.1']): KnownEndpoint {
    const rank = { priority: 0, weight: 0, secure: false, draining: false };
    return { id, service: 'tested', addresses, port, source: 'test', ...rank };
  }

  forget(id: string): void {
    this.#known.delete(id);
    this.#undialled.delete(id);
    this.#sync();
  }

  /** Starts the engine, once. */
  start(): Promise<void> {
    this.#started ??= this.#start();
    return this.#started;
  }

  /** Connects a client, and starts the engine before the first one. Who dials ahead has reached the services by then, and goes by that. */
  async connect(): Promise<Socket> {
    await this.start();
    if (this.abilities.dialsAhead) this.#led ??= this.#untilDialled();
    await this.#led;
    const socket = await connectTo(this.port);
    this.onClose(() => socket.destroy());
    return socket;
  }

  onClose(cleanup: () => unknown): void {
    this.#cleanups.push(cleanup);
  }

  async close(): Promise<void> {
    await this.#engine?.close();
    for (const cleanup of this.#cleanups) await cleanup();
  }

  pick({ exclude }: { readonly exclude: ReadonlySet<string> }): PickUnderTest {
    for (const endpoint of this.#known.values()) if (!exclude.has(endpoint.id)) return { kind: 'endpoint', endpoint };
    return { kind: this.#known.size === 0 ? 'nobody' : 'exhausted' };
  }

  waitForEndpoint(signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const proceed = (): void => {
        this.#waiting.delete(proceed);
        if (signal.aborted) reject(signal.reason);
        else resolve();
      };
      this.#waiting.add(proceed);
      signal.addEventListener('abort', proceed, { once: true });
    });
  }

  opened(id: string): () => void {
    this.#open.set(id, this.openOn(id) + 1);
    let isOpen = true;
    return () => {
      if (!isOpen) throw new Error(`A connection of ${id} was said to have ended twice`);
      isOpen = false;
      this.#open.set(id, this.openOn(id) - 1);
    };
  }

  dialSucceeded(id: string): void {
    this.successes.push(id);
    this.#undialled.delete(id);
  }

  dialFailed(id: string, failure: FailureUnderTest): void {
    this.failures.push([id, failure]);
    this.#undialled.delete(id);
  }

  async #start(): Promise<void> {
    const { connectTimeoutMs, maxConnections, reportConnections } = this;
    const listen: readonly Target[] = [{ kind: 'tcp', address: '127.0.0.1', port: 0 }];
    this.#engine = this.#createEngine(
      { listen, connectTimeoutMs, maxConnections, reportConnections },
      this,
      (event) => {
        if (event.kind === 'connection-ended') this.ended.push(event.connection);
        else this.events.push(event);
      },
    );
    const [at] = await this.#engine.start();
    if (at?.kind === 'tcp') this.port = at.port;
    this.#sync();
    await this.synced;
  }

  async #untilDialled(): Promise<void> {
    const deadline = performance.now() + REACHED_MS;
    while (this.#undialled.size > 0) {
      if (performance.now() > deadline) throw new Error(`Not dialled: ${[...this.#undialled].join(', ')}`);
      await sleep(LOOK_MS);
    }
    this.#sync();
    await this.synced;
  }

  #sync(): void {
    const plan = [...this.#known.values()].map((endpoint) => ({ endpoint, share: 1, isUsed: true, isOnTrial: false }));
    this.synced = this.#engine?.sync?.(plan) ?? Promise.resolve();
  }
}
