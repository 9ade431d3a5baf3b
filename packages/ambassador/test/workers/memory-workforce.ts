import { Socket } from 'node:net';
import type { HeldSocket, LegResult, ListenOptions, Target } from '@mdns-ambassador/relay';
import { Room } from '@mdns-ambassador/relay';
import { ManualClock, seededRandom } from '@mdns-ambassador/testkit';
import { MemoryLeg } from '../../../relay/test/memory-leg.ts';
import { type Ambassador, createAmbassador } from '../../src/ambassador.ts';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import type { ProxyEvent } from '../../src/proxy-event.ts';
import type { ProxyOptions } from '../../src/proxy-options.ts';
import type { StartWorker, WorkerProcess, WorkerStart } from '../../src/workers/crew.ts';
import type { FromWorker, ToWorker } from '../../src/workers/worker-message.ts';
import { WorkerSide } from '../../src/workers/worker-side.ts';
import { Workforce } from '../../src/workers/workforce.ts';
import { ScriptedSource } from '../scripted-source.ts';

const AT: Target = { kind: 'tcp', address: '127.0.0.1', port: 6379 };

export interface MemoryWorkforceOptions {
  readonly workers?: number;
  readonly limit?: number;
  readonly change?: Partial<ProxyOptions>;
}

/** One service whose connections several workers carry, all of it in memory, and in a time that moves only when told to. */
export class MemoryWorkforce {
  readonly clock = new ManualClock();
  readonly source = new ScriptedSource();
  readonly events: ProxyEvent[] = [];
  readonly told: string[] = [];
  /** In the order in which they were started. */
  readonly workers: MemoryWorker[] = [];
  readonly ambassador: Ambassador;
  readonly workforce: Workforce;
  /** Endpoints that answer a dial. */
  readonly answering = new Set<string>();
  readonly released: string[] = [];
  readonly refreshed: number[] = [];
  /** Why no worker can start now; undefined: they can. */
  refusal: string | undefined;
  readonly #options: MemoryWorkforceOptions;

  constructor(options: MemoryWorkforceOptions = {}) {
    const { workers = 2, limit, change = {} } = options;
    this.#options = options;
    this.workforce = new Workforce({
      workers,
      platform: 'darwin',
      clock: this.clock,
      hold: async () => this.#hold(AT),
      startWorker: this.#startWorker,
      limit,
      onTold: ({ fact }) => this.told.push(fact.event),
    });
    this.ambassador = createAmbassador({
      proxies: [this.workforce.listenIn({ ...this.#proxy(), sources: [this.source], ...change })],
      clock: this.clock,
      random: seededRandom(1),
      ownAddresses: () => new Set(),
      createEngine: this.workforce.createEngine,
      onEvent: (event) => this.events.push(event),
    });
  }

  get running(): readonly MemoryWorker[] {
    return this.workers.filter(({ hasEnded }) => !hasEnded);
  }

  said(kind: ProxyEvent['kind']): readonly ProxyEvent[] {
    return this.events.filter((event) => event.kind === kind);
  }

  #hold(address: Target): HeldSocket {
    return { address, fd: 9, release: () => this.released.push('127.0.0.1:6379') };
  }

  #proxy(): Omit<ProxyOptions, 'sources'> {
    return {
      service: 'redis',
      listen: [AT],
      merge: 'union',
      balance: 'round-robin',
      connectTimeoutMs: 5_000,
      onEndpointLost: 'keep',
      drainTimeoutMs: 30_000,
      maxConnections: this.#options.limit ?? 100,
    };
  }

  readonly #startWorker: StartWorker = (start, onMessage) => {
    const worker = new MemoryWorker({
      ...start,
      number: this.workers.length,
      clock: this.clock,
      proxy: { ...this.#proxy(), ...this.#options.change },
      workers: this.#options.workers ?? 2,
      limit: this.#options.limit,
      answering: this.answering,
      refusal: this.refusal,
      onMessage,
      onRefresh: (number) => this.refreshed.push(number),
    });
    this.workers.push(worker);
    return worker;
  };
}

/** Says nothing, and stays. */
class SilentClient extends Socket {
  override _read(): void {}

  /** There is no kernel to ask. */
  probe(): void {}
}

interface MemoryWorkerOptions extends WorkerStart {
  readonly number: number;
  readonly clock: ManualClock;
  readonly proxy: Omit<ProxyOptions, 'sources'>;
  readonly workers: number;
  readonly limit: number | undefined;
  readonly answering: ReadonlySet<string>;
  readonly refusal: string | undefined;
  readonly onMessage: (message: FromWorker) => void;
  readonly onRefresh: (number: number) => void;
}

/** What a worker's process does, without a process. */
export class MemoryWorker implements WorkerProcess {
  readonly ended: Promise<string>;
  hasEnded = false;
  /** Takes in nothing, as one that is stopped. */
  isStill = false;
  readonly dialled: string[] = [];
  readonly cancelKeys: string[] = [];
  readonly side: WorkerSide;
  readonly #options: MemoryWorkerOptions;
  #end: (how: string) => void = () => undefined;
  #receiver: Pick<ListenOptions, 'onConnection'> | undefined;

  constructor(options: MemoryWorkerOptions) {
    this.#options = options;
    const { clock, workers, limit, proxy, sources, number } = options;
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.side = new WorkerSide({
      workers,
      limit,
      clock,
      platform: 'linux',
      send: (message) => this.#say(message),
      isBehind: () => false,
      room: new Room(1_000),
      wakes: proxy.wake !== undefined,
      onRefresh: () => options.onRefresh(number),
      onCancelKey: (key, id) => this.cancelKeys.push(`${key} ${id ?? 'gone'}`),
      listen: async (listenOptions) => this.#listen(listenOptions),
    });
    const { check, wake: _, ...rest } = proxy;
    const complete = this.side.complete(
      {
        ...rest,
        listen: [{ kind: 'inherited', fd: 9, allowRemote: true }],
        dialler: {
          startDial: (_target, _ms, onSettled, endpoint) => this.#dial(endpoint, onSettled),
          patienceMs: 250,
          close: () => undefined,
        },
      },
      sources,
      check !== undefined,
    );
    const ambassador = createAmbassador({
      proxies: [complete],
      clock,
      random: seededRandom(number),
      ownAddresses: () => new Set(),
      createEngine: this.side.createEngine,
      onEvent: this.side.onEvent,
    });
    if (options.refusal === undefined) void this.side.start(ambassador);
    else clock.after(1, () => this.#say({ kind: 'failed', code: 'EACCES', message: options.refusal ?? '' }));
  }

  get isListening(): boolean {
    return this.#receiver !== undefined && !this.hasEnded;
  }

  send(message: ToWorker): void {
    // As the channel has it.
    const text = JSON.stringify(message);
    if (!this.hasEnded && !this.isStill) this.side.hear(JSON.parse(text));
  }

  kill(): void {
    this.die('SIGKILL');
  }

  die(how: string): void {
    this.hasEnded = true;
    this.side.close();
    this.#end(how);
  }

  /** A client comes to this worker. */
  connect(): Socket {
    const client = new SilentClient();
    client.on('error', () => undefined);
    this.#receiver?.onConnection(client, 0);
    return client;
  }

  #say(message: FromWorker): void {
    if (!this.hasEnded) this.#options.onMessage(JSON.parse(JSON.stringify(message)));
  }

  #listen({ at: _, platform: __, ...receiver }: ListenOptions): Awaited<ReturnType<typeof makeListener>> {
    this.#receiver = receiver;
    return makeListener(() => {
      this.#receiver = undefined;
    });
  }

  #dial({ id }: Endpoint, onSettled: (result: LegResult) => void): () => void {
    this.dialled.push(id);
    const isThere = this.#options.answering.has(id);
    return this.#options.clock.after(1, () => {
      if (!isThere) {
        onSettled({ kind: 'failed', error: Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }) });
        return;
      }
      const [service, upstream] = MemoryLeg.pair();
      for (const leg of [service, upstream]) leg.on('error', () => undefined);
      onSettled({ kind: 'connected', socket: upstream });
    });
  }
}

function makeListener(stop: () => void) {
  return {
    address: AT,
    handTo: async () => undefined,
    stop: async () => stop(),
    [Symbol.asyncDispose]: async () => stop(),
  };
}
