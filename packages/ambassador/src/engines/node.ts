import type { Socket } from 'node:net';
import { systemClock } from '@mdns-ambassador/mdns';
import {
  type Clock,
  Connections,
  type DrainOutcome,
  type Leg,
  type Listener,
  type ListenPlace,
  listen,
  matchNetworks,
  type Opening,
  Overload,
  openWithProxyHeader,
  resetLeg,
  type Share,
  sendHeaderPrologue,
  startDial,
  type Target,
  Unacknowledged,
  watchBusyShare,
} from '@mdns-ambassador/relay';
import { type Endpoint, placesOf } from '../pool/endpoint.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import { ClientConnection } from './client-connection.ts';
import type { ConnectionContext } from './connection-context.ts';
import { DialQueue } from './dial-queue.ts';
import type { Dial } from './endpoint-dialler.ts';
import type {
  CarriedBytes,
  EndpointPicker,
  Engine,
  EngineCounters,
  EngineEvent,
  EngineSurroundings,
} from './engine.ts';
import { drawFault } from './faults.ts';
import { listenEverywhere } from './listen-everywhere.ts';
import { type LoopKin, LoopWatch } from './loop-watch.ts';
import { RetryBudget } from './retry-budget.ts';

const PROBE_TIMEOUT_MS = 2_000;

/** What the engine must know of its service. An IPv6 address that this machine has not is left out where another is bound. */
export type NodeEngineOptions = Pick<
  ProxyOptions,
  | 'beacon'
  | 'listen'
  | 'openListener'
  | 'connectTimeoutMs'
  | 'maxConnections'
  | 'reportConnections'
  | 'dialler'
  | 'prologues'
  | 'acceptProxy'
  | 'sendProxy'
  | 'opening'
  | 'faults'
  | 'proof'
  | 'room'
>;

/** What runs on the way to an endpoint; each has a plain default. */
export interface NodeEnginePath extends EngineSurroundings {
  readonly dial?: Dial;
  /** The part of the time of late that the process has been busy, from 0 to 1. */
  readonly busyShare?: () => number;
  /** Absent: no other process accepts at the same places. */
  readonly kin?: LoopKin;
}

/** The embedded engine: accepts, finds each client an endpoint, carries its bytes. A `CreateEngine`. */
export function createNodeEngine(
  options: NodeEngineOptions,
  picker: EndpointPicker,
  onEvent: (event: EngineEvent) => void = () => {},
  path: NodeEnginePath = {},
): Engine {
  return new NodeEngine(options, picker, onEvent, path);
}

class NodeEngine implements Engine {
  readonly #options: NodeEngineOptions;
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #clock: Clock;
  readonly #context: ConnectionContext;
  readonly #connections = new Connections<ClientConnection>();
  readonly #loops: LoopWatch;
  readonly #kin: LoopKin | undefined;
  readonly #overload = new Overload();
  #listeners: readonly Listener[] = [];
  /** The service's part of the connections that the process may have open; set by `start`. */
  #share: Share | undefined;
  #drained: Promise<DrainOutcome> | undefined;
  #accepted = 0;
  #failed = 0;
  #retried = 0;
  #dropped = 0;
  #overloaded = 0;
  /** Of connections that have ended. */
  #bytesUp = 0;
  #bytesDown = 0;

  constructor(
    options: NodeEngineOptions,
    picker: EndpointPicker,
    onEvent: (event: EngineEvent) => void,
    path: NodeEnginePath,
  ) {
    this.#options = options;
    this.#onEvent = onEvent;
    const { clock = systemClock, random = Math.random } = path;
    const { faults } = options;
    this.#clock = clock;
    const dial = path.dial ?? options.dialler?.startDial ?? startDial;
    this.#loops = new LoopWatch({
      clock,
      random: Math.random,
      probe: (endpoint) => probeWith(dial, endpoint),
      onLoop: ({ id }) => void this.resetConnectionsOf(id),
      onTesting: path.kin?.test,
    });
    this.#kin = path.kin;
    this.#kin?.join(this.#loops);
    this.#context = {
      clock,
      picker,
      dial,
      queue:
        options.dialler === undefined
          ? undefined
          : new DialQueue({ clock, busyShare: path.busyShare ?? watchBusyShare() }),
      loops: this.#loops,
      prologues: [...(options.sendProxy === true ? [sendHeaderPrologue] : []), ...(options.prologues ?? [])],
      opening: composeOpening(options, clock),
      proof: options.proof,
      findCarrier: (id) => this.#findCarrier(id),
      connectTimeoutMs: options.connectTimeoutMs,
      patienceMs: options.dialler?.patienceMs,
      budget: new RetryBudget(clock.now()),
      drawFault: faults === undefined ? undefined : () => drawFault(faults, random),
      onReached: (failedBefore) => {
        this.#retried += failedBefore;
      },
      onLost: (reason) => {
        this.#failed += 1;
        if (reason !== undefined) onEvent({ kind: 'unreachable', reason });
      },
      onRefused: (reason) => {
        this.#failed += 1;
        onEvent({ kind: 'refused', reason });
      },
      onEnded: (bytesUp, bytesDown) => {
        this.#bytesUp += bytesUp;
        this.#bytesDown += bytesDown;
      },
      onReport: options.reportConnections
        ? (connection) => onEvent({ kind: 'connection-ended', connection })
        : undefined,
    };
  }

  get counters(): EngineCounters {
    let [bytesUp, bytesDown] = [this.#bytesUp, this.#bytesDown];
    for (const { carriage } of this.#connections) {
      bytesUp += carriage?.bytesUp ?? 0;
      bytesDown += carriage?.bytesDown ?? 0;
    }
    return {
      active: this.#connections.size,
      accepted: this.#accepted,
      failed: this.#failed,
      retried: this.#retried,
      dropped: this.#dropped,
      overload: this.#overloaded,
      bytesUp,
      bytesDown,
    };
  }

  listCarried(): ReadonlyMap<string, CarriedBytes> {
    const carried = new Map<string, CarriedBytes>();
    for (const { carriage } of this.#connections) {
      if (carriage === undefined) continue;
      const { bytesUp, bytesDown } = carried.get(carriage.endpoint.id) ?? { bytesUp: 0, bytesDown: 0 };
      carried.set(carriage.endpoint.id, {
        bytesUp: bytesUp + carriage.bytesUp,
        bytesDown: bytesDown + carriage.bytesDown,
      });
    }
    return carried;
  }

  async start(): Promise<readonly Target[]> {
    this.#share = this.#options.room?.open();
    const { opened, refusals } = await listenEverywhere(this.#options.listen, (at) => this.#listen(at));
    this.#listeners = opened;
    if (refusals.length > 0 || this.#drained !== undefined) await this.stopListening();
    if (refusals.length > 0) throw refusals[0];
    return opened.map((listener) => listener.address);
  }

  resetConnectionsOf(id: string, except?: Endpoint): number {
    const kept = new Set(except === undefined ? [] : placesOf(except));
    const concerned = [...this.#connections].filter(
      ({ carriage }) => carriage?.endpoint.id === id && !kept.has(carriage.place),
    );
    for (const connection of concerned) connection.reset();
    return concerned.length;
  }

  listUnanswered(): ReadonlyMap<string, Endpoint> {
    const now = this.#clock.now();
    const unanswered = new Map<string, Endpoint>();
    for (const { carriage } of this.#connections) {
      if (carriage?.isUnanswered(now) === true) unanswered.set(carriage.endpoint.id, carriage.endpoint);
    }
    return unanswered;
  }

  async resetUnacknowledged(id: string): Promise<number> {
    const unacknowledged = await Unacknowledged.read();
    const dead = [...this.#connections].filter(
      ({ carriage }) => carriage?.endpoint.id === id && unacknowledged.has(carriage.ends),
    );
    for (const connection of dead) connection.reset();
    return dead.length;
  }

  async stopListening(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
  }

  drain(timeoutMs: number): Promise<DrainOutcome> {
    this.#drained ??= this.stopListening().then(() => this.#connections.drain(timeoutMs));
    return this.#drained;
  }

  async close(): Promise<void> {
    const drained = this.drain(0);
    await this.stopListening();
    this.#connections.resetAll();
    await drained;
    this.#share?.close();
  }

  #listen(at: ListenPlace): Promise<Listener> {
    const { openListener = listen } = this.#options;
    return openListener({
      at,
      maxConnections: this.#options.maxConnections,
      onConnection: (client, waitedMs) => this.#accept(client, waitedMs),
      onDrop: () => this.#refuse(),
      ...(this.#options.beacon === undefined ? {} : { beacon: this.#options.beacon }),
    });
  }

  #accept(client: Socket, waitedMs: number): void {
    const isFull = this.#connections.size >= this.#options.maxConnections;
    const leave = isFull ? undefined : this.#enter();
    if (leave === undefined) {
      resetLeg(client);
      this.#refuse();
      return;
    }
    const dialWaitMs = this.#context.queue?.waitMs ?? 0;
    const waitMs = Math.max(waitedMs, dialWaitMs);
    if (waitMs > 0 && this.#overload.refuses(waitMs, this.#clock.now())) {
      leave();
      resetLeg(client);
      this.#overloaded += 1;
      this.#onEvent({ kind: 'overload', queue: dialWaitMs > waitedMs ? 'dial' : 'accept' });
      return;
    }
    this.#accepted += 1;
    if (this.#loops.isTesting) this.#loops.arrived(client.remoteAddress ?? '');
    if (this.#kin?.isTesting() === true) this.#kin.came(client.remoteAddress ?? '');
    const connection = new ClientConnection(client, this.#context);
    this.#connections.add(connection);
    void connection.finished.then(leave);
  }

  /** Takes a place of the process's; undefined where there is none for this service. */
  #enter(): (() => void) | undefined {
    return this.#share === undefined ? () => undefined : this.#share.enter();
  }

  #findCarrier(id: string): Endpoint | undefined {
    for (const { carriage } of this.#connections) if (carriage?.endpoint.id === id) return carriage.endpoint;
    return undefined;
  }

  #refuse(): void {
    this.#dropped += 1;
    // Other services have taken the rest: the limit is what this one has open now.
    const limit = Math.min(this.#options.maxConnections, this.#connections.size);
    this.#onEvent({ kind: 'connections-full', limit });
  }
}

/** What a front says of its client comes before the client's own words. */
function composeOpening({ acceptProxy, opening }: NodeEngineOptions, clock: Clock): Opening | undefined {
  if (acceptProxy === undefined) return opening;
  return openWithProxyHeader({ isFront: matchNetworks(acceptProxy), clock }, opening);
}

/** A connection on which nothing is said. */
function probeWith(dial: Dial, endpoint: Endpoint): () => void {
  const target: Target = { kind: 'tcp', address: endpoint.addresses[0] ?? '', port: endpoint.port };
  let leg: Leg | undefined;
  const giveUp = dial(
    target,
    PROBE_TIMEOUT_MS,
    (result) => {
      if (result.kind === 'connected') leg = result.socket.on('error', () => undefined);
    },
    endpoint,
  );
  return () => {
    giveUp();
    if (leg !== undefined) resetLeg(leg);
  };
}
