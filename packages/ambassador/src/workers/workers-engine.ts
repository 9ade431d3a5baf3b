import type { CheckOutcome } from '@mdns-ambassador/checks';
import {
  type Clock,
  type DrainOutcome,
  type HeldSocket,
  type ListenPlace,
  lightBeacon,
  type Target,
} from '@mdns-ambassador/relay';
import type {
  CarriedBytes,
  EndpointPicker,
  Engine,
  EngineCounters,
  EngineEvent,
  EngineSums,
} from '../engines/engine.ts';
import { listenEverywhere } from '../engines/listen-everywhere.ts';
import type { Endpoint } from '../pool/endpoint.ts';
import type { Update } from '../pool/update.ts';
import { Crew, type StartWorker } from './crew.ts';
import { PlaceBook } from './place-book.ts';
import type { FromWorker, ReachedDial, ToWorker } from './worker-message.ts';
import { sumTallies } from './worker-tally.ts';

/** Whoever waits this long waits for somebody who is not there; before, a new worker may not have heard of whom the others know. */
const WAITING_MS = 50;
/** A worker that has not said so long after its time that it is done is ended. */
const GRACE_MS = 2_000;
/** Who asks whether a proxy listens here is told when all workers know of it, or after this. */
const VISIT_MS = 500;
const LONGEST_MS = 2_147_483_647;

/** What a worker that begins must hear of what was said before. */
interface WorkerNews {
  /** The names of those who find endpoints. */
  sources(): readonly string[];
  updates(): readonly { readonly source: string; readonly update: Update }[];
  outcomes(): Iterable<readonly [id: string, outcome: CheckOutcome]>;
}

export interface WorkersEngineOptions {
  readonly listen: readonly ListenPlace[];
  readonly workers: number;
  /** The connections of all workers together; absent: each has those for which it has room. */
  readonly limit?: number | undefined;
  readonly beacon?: string | undefined;
  readonly platform: string;
  readonly clock: Clock;
  readonly hold: (at: ListenPlace) => Promise<HeldSocket>;
  readonly startWorker: StartWorker;
  readonly news: WorkerNews;
  /** A worker has reached the endpoint there. */
  readonly onReached: (id: string, address: string) => void;
  readonly onTold: (told: Extract<FromWorker, { kind: 'told' }>) => void;
}

/**
 * Several processes carry the connections of one service: they listen on sockets that are held here, each chooses by a pool of its own, and
 * what they find flows back like any dial. What they count is added up.
 */
export class WorkersEngine implements Engine {
  readonly #options: WorkersEngineOptions;
  readonly #picker: EndpointPicker;
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #crew: Crew;
  readonly #book: PlaceBook | undefined;
  readonly #waiting = new Set<number>();
  #endWait: (() => void) | undefined;
  #held: readonly HeldSocket[] = [];
  #beacons: readonly { close(): void }[] = [];
  #visits = 0;
  readonly #visitors = new Map<number, { readonly missing: Set<number>; readonly done: () => void }>();
  #stopped: Promise<void> | undefined;
  #drained: Promise<DrainOutcome> | undefined;
  #closed: Promise<void> | undefined;

  constructor(options: WorkersEngineOptions, picker: EndpointPicker, onEvent: (event: EngineEvent) => void) {
    this.#options = options;
    this.#picker = picker;
    this.#onEvent = onEvent;
    this.#book = options.limit === undefined ? undefined : new PlaceBook(options.limit);
    this.#crew = new Crew({
      workers: options.workers,
      clock: options.clock,
      startWorker: (_number, onMessage) =>
        options.startWorker({ fds: this.#held.map(({ fd }) => fd), sources: options.news.sources() }, onMessage),
      onStarted: (number) => this.#tellNews(number),
      onMessage: (number, message) => this.#hear(number, message),
      onEnded: (number, how) => this.#lose(number, how),
    });
  }

  get counters(): EngineCounters {
    return this.sums().counters;
  }

  sums(): EngineSums {
    return sumTallies(this.#crew.tallies());
  }

  listCarried(): ReadonlyMap<string, CarriedBytes> {
    return this.sums().carried;
  }

  /** To every worker. */
  tell(message: ToWorker): void {
    this.#crew.tellAll(message);
  }

  async start(): Promise<readonly Target[]> {
    const { listen, hold, beacon, platform } = this.#options;
    try {
      const { opened, refusals } = await listenEverywhere(listen, hold);
      this.#held = opened;
      if (refusals.length > 0) throw refusals[0];
      const addresses = opened.map(({ address }) => address);
      await this.#crew.start();
      if (beacon !== undefined && this.#stopped === undefined) {
        const tell = (from: number, nonce: string): Promise<void> => this.#tellVisit(from, nonce);
        this.#beacons = await Promise.all(addresses.map((at) => lightBeacon(beacon, at, platform, tell)));
      }
      return addresses;
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Each worker judges that by itself, and tells what it has reset. */
  resetConnectionsOf(): number {
    return 0;
  }

  listUnanswered(): ReadonlyMap<string, Endpoint> {
    return new Map();
  }

  async resetUnacknowledged(): Promise<number> {
    return 0;
  }

  stopListening(): Promise<void> {
    this.#stopped ??= this.#stopListening();
    return this.#stopped;
  }

  drain(timeoutMs: number): Promise<DrainOutcome> {
    const boundMs = Math.min(timeoutMs + GRACE_MS, LONGEST_MS);
    this.#drained ??= this.stopListening().then(() => this.#crew.drain(timeoutMs, boundMs));
    return this.#drained;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #stopListening(): Promise<void> {
    for (const beacon of this.#beacons) beacon.close();
    await this.#crew.stop(GRACE_MS);
    for (const held of this.#held) held.release();
    this.#endWait?.();
  }

  async #close(): Promise<void> {
    await this.stopListening();
    await this.#crew.close(GRACE_MS);
  }

  #tellNews(number: number): void {
    const { news } = this.#options;
    for (const one of news.updates()) this.#crew.tell(number, { kind: 'update', ...one });
    for (const [id, outcome] of news.outcomes()) this.#crew.tell(number, { kind: 'checked', id, outcome });
  }

  #hear(number: number, message: FromWorker): void {
    switch (message.kind) {
      case 'dials':
        for (const dial of message.dials) {
          if ('failure' in dial) this.#picker.dialFailed(dial.id, dial.failure);
          else this.#hearReached(dial);
        }
        return;
      case 'silent':
        this.#picker.dialSilent?.(message.id);
        return;
      case 'waiting':
        if (message.isWaiting) this.#waiting.add(number);
        else this.#waiting.delete(number);
        this.#awaitSomebody();
        return;
      case 'events':
        for (const event of message.events) this.#onEvent(this.#translate(event));
        return;
      case 'places': {
        const { wanted, given } = message;
        const granted = this.#book?.settle(number, wanted, given) ?? wanted;
        if (wanted > 0) this.#crew.tell(number, { kind: 'places', granted, refused: wanted - granted });
        return;
      }
      case 'noted':
        this.#note(message.number, number);
        return;
      case 'told':
        this.#options.onTold(message);
        return;
      default:
        // The rest is what a crew hears.
        return;
    }
  }

  #hearReached({ id, latencyMs, address, isDetour = false }: ReachedDial): void {
    this.#picker.dialSucceeded(id, latencyMs, address === undefined ? undefined : { address, isDetour });
    if (address !== undefined) this.#options.onReached(id, address);
  }

  #translate(event: EngineEvent): EngineEvent {
    if (event.kind !== 'connections-full') return event;
    const { active } = this.counters;
    return { kind: event.kind, limit: this.#options.limit ?? active };
  }

  #lose(number: number, how: string): void {
    this.#book?.forget(number);
    this.#waiting.delete(number);
    this.#awaitSomebody();
    for (const visit of [...this.#visitors.keys()]) this.#note(visit, number);
    if (this.#stopped !== undefined) return;
    const who = `worker ${number} of ${this.#options.workers}`;
    this.#onEvent({
      kind: 'engine-changed',
      message: `${who} ended (${how}) and is started again; what it carried was reset`,
    });
  }

  /** While clients of some worker wait for an endpoint, one waits here in their place, who is told of and may wake machines. */
  #awaitSomebody(): void {
    if (this.#waiting.size === 0 || this.#stopped !== undefined) {
      this.#endWait?.();
      this.#endWait = undefined;
      return;
    }
    if (this.#endWait !== undefined) return;
    const abort = new AbortController();
    const cancel = this.#options.clock.after(WAITING_MS, () => {
      this.#picker.waitForEndpoint(abort.signal).catch(() => undefined);
    });
    this.#endWait = () => {
      cancel();
      abort.abort();
    };
  }

  /** Resolves once every worker knows who is about to come. */
  #tellVisit(from: number, nonce: string): Promise<void> {
    this.#visits += 1;
    const number = this.#visits;
    return new Promise((resolve) => {
      const done = (): void => {
        cancel();
        this.#visitors.delete(number);
        resolve();
      };
      const cancel = this.#options.clock.after(VISIT_MS, done);
      this.#visitors.set(number, { missing: new Set(this.#crew.numbers()), done });
      this.#crew.tellAll({ kind: 'visit', number, from, nonce });
    });
  }

  #note(visit: number, worker: number): void {
    const visitor = this.#visitors.get(visit);
    visitor?.missing.delete(worker);
    if (visitor?.missing.size === 0) visitor.done();
  }
}
