import type { Socket } from 'node:net';
import type { CheckOutcome } from '@mdns-ambassador/checks';
import {
  BeaconVisits,
  type Clock,
  type Listener,
  type ListenOptions,
  listen,
  Recent,
  type Share,
} from '@mdns-ambassador/relay';
import type { Ambassador } from '../ambassador.ts';
import { NO_COUNTERS } from '../engines/counts.ts';
import type { CreateEngine, EndpointPicker, Engine, EngineEvent, Reached } from '../engines/engine.ts';
import type { LoopKin } from '../engines/loop-watch.ts';
import { createNodeEngine } from '../engines/node.ts';
import type { ProxyEvent } from '../proxy-event.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import type { Source } from '../sources/source.ts';
import { reserveOf } from './place-book.ts';
import { PlacePurse } from './place-purse.ts';
import type { FromWorker, ToWorker, WorkerDial, WorkerNote } from './worker-message.ts';
import { TallyKeeper } from './worker-tally.ts';

/** How soon the others hear what happened. */
const FLUSH_MS = 50;
/** At each so-manieth of these what was counted is told. */
const TALLY_TURNS = 5;
/** That a dial reached an endpoint is told so often, unless it failed meanwhile. */
const REACHED_MS = 1_000;
/** Of one turn; what is beyond is counted, and not told one by one. */
const MAX_DIALS = 1_000;
const MAX_EVENTS = 10_000;
const MAX_ENDPOINTS = 4_096;

export interface WorkerSideOptions {
  readonly workers: number;
  /** The connections of all workers together; absent: as many as there is room for. */
  readonly limit?: number | undefined;
  readonly clock: Clock;
  /** As `process.platform` has it. */
  readonly platform: string;
  readonly send: (message: FromWorker) => void;
  /** What was sent is not taken in: what can wait is kept back, and beyond a bound left out. */
  readonly isBehind: () => boolean;
  /** Connections that this process has room for. */
  readonly room: { open(): Share };
  /** Whether who waits may wake machines. */
  readonly wakes: boolean;
  /** Secrets are to be read again. */
  readonly onRefresh: () => void;
  /** A key by which a query can be cancelled was given to a client of another worker, or (without `endpointId`) is void. */
  readonly onCancelKey: (key: string, endpointId: string | undefined) => void;
  /** How it listens on a socket that was passed. */
  readonly listen?: (options: ListenOptions) => Promise<Listener>;
}

/** One of the processes that carry the connections of a service: hears what the sources and checks find, and tells what it carries. */
export class WorkerSide {
  readonly #options: WorkerSideOptions;
  readonly #tally = new TallyKeeper();
  readonly #purse: PlacePurse | undefined;
  readonly #visits: BeaconVisits;
  readonly #reached = new Recent<string, number>(MAX_ENDPOINTS);
  readonly #takers = new Map<string, (update: Extract<ToWorker, { kind: 'update' }>['update']) => void>();
  #takeCheck: ((id: string, outcome: CheckOutcome) => void) | undefined;
  /** Heard before it listened. */
  #early: ToWorker[] | undefined = [];
  #dials: WorkerDial[] = [];
  #events: EngineEvent[] = [];
  #waiting = 0;
  #testing = 0;
  #loops: { arrived(address: string): void } | undefined;
  #engine: Engine | undefined;
  #ambassador: Ambassador | undefined;
  #turn = 0;
  #toldChanges = '';
  #cancelFlush: (() => void) | undefined;
  #hasPlace = true;

  constructor(options: WorkerSideOptions) {
    this.#options = options;
    const { limit, workers, send, platform } = options;
    this.#visits = new BeaconVisits(platform);
    this.#purse =
      limit === undefined
        ? undefined
        : new PlacePurse({
            reserve: reserveOf(limit, workers),
            ask: (wanted, given) => send({ kind: 'places', wanted, given }),
          });
  }

  /** What the service's proxy is made of here: it is told of endpoints, and of checks where there are some. */
  complete(options: Omit<ProxyOptions, 'sources'>, sources: readonly string[], isChecked: boolean): ProxyOptions {
    const { beacon: _, ...rest } = options;
    return {
      ...rest,
      sources: sources.map((name) => this.#createSource(name)),
      room: { open: () => this.#openShare() },
      openListener: (listenOptions) => this.#listen(listenOptions),
      ...(isChecked ? { heardChecks: { follow: (take) => this.#followChecks(take) } } : {}),
    };
  }

  readonly createEngine: CreateEngine = (proxy, picker, _onEvent, surroundings) => {
    const kin: LoopKin = {
      isTesting: () => this.#testing > 0,
      came: (address) => this.#note({ kind: 'came', address }),
      test: (isTesting) => this.#note({ kind: 'testing', isTesting }),
      join: (loops) => {
        this.#loops = loops;
      },
    };
    this.#engine = createNodeEngine(proxy, this.#tap(picker), (event) => this.#tell(event), { ...surroundings, kin });
    return this.#engine;
  };

  /** Of what its proxy tells the others know all but this. */
  readonly onEvent = (event: ProxyEvent): void => {
    if (event.kind !== 'connections-reset') return;
    const { service: _, ...reset } = event;
    this.#tell(reset);
  };

  /** Tells the others of a key by which a query can be cancelled; without `endpointId`: it is void. */
  tellCancelKey(key: string, endpointId?: string): void {
    this.#note({ kind: 'cancel-key', key, ...(endpointId === undefined ? {} : { endpointId }) });
  }

  /** Listens, and takes what was said before. Rejects as the ambassador does. */
  async start(ambassador: Ambassador): Promise<void> {
    this.#ambassador = ambassador;
    await ambassador.start();
    const early = this.#early ?? [];
    this.#early = undefined;
    for (const message of early) this.#take(message);
    this.#options.send({ kind: 'listening' });
    this.#flushLater();
  }

  hear(message: ToWorker): void {
    if (this.#early === undefined) this.#take(message);
    else this.#early.push(message);
  }

  /** Tells nothing more. */
  close(): void {
    this.#cancelFlush?.();
  }

  #take(message: ToWorker): void {
    switch (message.kind) {
      case 'update':
        this.#takers.get(message.source)?.(message.update);
        return;
      case 'checked':
        this.#takeCheck?.(message.id, message.outcome);
        return;
      case 'places':
        this.#purse?.take(message.granted, message.refused);
        return;
      case 'visit':
        this.#visits.expect(message.from, message.nonce);
        this.#options.send({ kind: 'noted', number: message.number });
        return;
      case 'note':
        this.#takeNote(message.note);
        return;
      case 'refresh':
        this.#options.onRefresh();
        return;
      case 'stop':
        void this.#ambassador?.stopListening().then(() => this.#options.send({ kind: 'stopped' }));
        return;
      case 'drain':
        void this.#engine?.drain(message.timeoutMs).then((outcome) => {
          this.#flush();
          this.#options.send({ kind: 'drained', ...outcome, tally: this.#viewTally() });
        });
        return;
      case 'close':
        void this.#ambassador?.close().then(() => {
          this.#flush();
          this.#options.send({ kind: 'closed' });
        });
        return;
      default:
        message satisfies never;
    }
  }

  #takeNote(note: WorkerNote): void {
    switch (note.kind) {
      case 'testing':
        this.#testing = Math.max(0, this.#testing + (note.isTesting ? 1 : -1));
        return;
      case 'came':
        this.#loops?.arrived(note.address);
        return;
      case 'cancel-key':
        this.#options.onCancelKey(note.key, note.endpointId);
        return;
      default:
        note satisfies never;
    }
  }

  #note(note: WorkerNote): void {
    this.#options.send({ kind: 'note', note });
  }

  #createSource(name: string): Source {
    return {
      name,
      start: async (onUpdate) => {
        this.#takers.set(name, onUpdate);
      },
      // A dial that failed is told, and whoever finds endpoints looks again.
      verify: () => undefined,
      close: async () => {
        this.#takers.delete(name);
      },
    };
  }

  #followChecks(take: (id: string, outcome: CheckOutcome) => void): () => void {
    this.#takeCheck = take;
    return () => {
      this.#takeCheck = undefined;
    };
  }

  #openShare(): Share {
    const share = this.#options.room.open();
    const purse = this.#purse;
    if (purse === undefined) return share;
    return {
      get kept() {
        return share.kept;
      },
      enter: () => {
        if (!this.#hasPlace) return undefined;
        const leave = share.enter();
        if (leave === undefined) {
          purse.leave();
          return undefined;
        }
        return () => {
          leave();
          purse.leave();
        };
      },
      close: () => share.close(),
    };
  }

  #listen({ beacon: _, ...options }: ListenOptions): Promise<Listener> {
    const { listen: open = listen } = this.#options;
    return open({
      ...options,
      onConnection: (socket, waitedMs) => this.#accept(socket, (taken) => options.onConnection(taken, waitedMs)),
    });
  }

  /** Who comes while this worker has no place waits until it is known whether there is one. */
  #accept(socket: Socket, onConnection: (socket: Socket) => void): void {
    if (this.#visits.greet(socket)) return;
    if (this.#purse === undefined) {
      onConnection(socket);
      return;
    }
    const ignore = (): void => undefined;
    socket.on('error', ignore);
    this.#purse.enter((hasPlace) => {
      socket.off('error', ignore);
      this.#hasPlace = hasPlace;
      onConnection(socket);
    });
  }

  #tap(picker: EndpointPicker): EndpointPicker {
    const { clock, send, wakes } = this.#options;
    return {
      pick: (request) => picker.pick(request),
      mayDial: (id) => picker.mayDial?.(id) ?? true,
      waitForEndpoint: async (signal) => {
        this.#waiting += 1;
        this.#flushLater();
        if (this.#waiting === 1) send({ kind: 'waiting', isWaiting: true });
        try {
          await picker.waitForEndpoint(signal);
        } finally {
          this.#waiting -= 1;
          if (this.#waiting === 0) send({ kind: 'waiting', isWaiting: false });
        }
      },
      opened: (id) => {
        const ended = picker.opened(id);
        const openedAt = clock.now();
        const tallied = this.#tally.opened(id);
        this.#flushLater();
        return (bytesUp, bytesDown) => {
          ended(bytesUp, bytesDown);
          tallied(clock.now() - openedAt, bytesUp, bytesDown);
          this.#flushLater();
        };
      },
      dialSucceeded: (id, latencyMs, reached) => {
        picker.dialSucceeded(id, latencyMs, reached);
        this.#tally.reached(latencyMs);
        this.#tellReached(id, latencyMs, reached);
      },
      dialFailed: (id, failure) => {
        picker.dialFailed(id, failure);
        this.#tally.failed(id, failure);
        this.#reached.delete(id);
        if (this.#dials.length < MAX_DIALS) this.#dials.push({ id, failure });
        this.#flushLater();
      },
      dialSilent: wakes ? (id) => send({ kind: 'silent', id }) : undefined,
    };
  }

  #tellReached(id: string, latencyMs: number, reached: Reached | undefined): void {
    const now = this.#options.clock.now();
    const toldAt = this.#reached.get(id) ?? Number.NEGATIVE_INFINITY;
    if (now - toldAt < REACHED_MS && reached?.isDetour !== true) return;
    if (this.#dials.length >= MAX_DIALS) return;
    this.#reached.set(id, now);
    this.#dials.push({ id, latencyMs, ...reached });
    this.#flushLater();
  }

  /** Of what is said of many clients alike once in a turn is enough. */
  #tell(event: EngineEvent): void {
    const isOfOne = event.kind === 'connection-ended' || event.kind === 'connections-reset';
    if (!isOfOne && this.#events.some(({ kind }) => kind === event.kind)) return;
    if (this.#events.length < MAX_EVENTS) this.#events.push(event);
    this.#flushLater();
  }

  #flushLater(): void {
    this.#cancelFlush ??= this.#options.clock.after(FLUSH_MS, () => {
      this.#cancelFlush = undefined;
      this.#turn += 1;
      if (!this.#options.isBehind()) {
        this.#flush();
        if (this.#turn % TALLY_TURNS === 0) this.#tellTally();
      }
      if (this.#engine !== undefined && (this.#engine.counters.active > 0 || this.#isTallyDue())) this.#flushLater();
    });
  }

  #flush(): void {
    const { send } = this.#options;
    if (this.#dials.length > 0) send({ kind: 'dials', dials: this.#dials });
    if (this.#events.length > 0) send({ kind: 'events', events: this.#events });
    this.#dials = [];
    this.#events = [];
  }

  #isTallyDue(): boolean {
    return this.#toldChanges !== this.#changes();
  }

  #tellTally(): void {
    const { active } = this.#engine?.counters ?? { active: 0 };
    if (active === 0 && !this.#isTallyDue()) return;
    this.#toldChanges = this.#changes();
    this.#options.send({ kind: 'tally', tally: this.#viewTally() });
  }

  /** Another text where something was counted. */
  #changes(): string {
    const { accepted, failed, dropped, overload, active } = this.#engine?.counters ?? NO_COUNTERS;
    return [this.#tally.changes, accepted, failed, dropped, overload, active].join();
  }

  #viewTally(): ReturnType<TallyKeeper['view']> {
    const { counters = NO_COUNTERS } = this.#engine ?? {};
    return this.#tally.view(counters, this.#engine?.listCarried?.() ?? new Map());
  }
}
