import { type Clock, surface, Turns } from '@mdns-ambassador/relay';
import { doubledMs } from '@mdns-ambassador/relay/backoff';
import { AnnouncerError } from '../announcer-error.ts';
import { type Container, type InspectedContainer, readContainerList, readInspection } from './container.ts';
import { readContainerEvent } from './container-events.ts';
import type { DockerClient } from './docker-client.ts';

/** Whatever the events say, the whole list is read this often. */
const RECONCILE_MS = 30_000;
/** A daemon may tell of a change before its list has it (Moby does of pauses): the list that followed is read once more. */
const AGAIN_MS = 1_000;
/** From one list to the next: fifty containers that start at once cost a few. */
const LIST_GAP_MS = 50;
/** A container that still runs so long after a signal has survived it. */
const SURVIVAL_MS = 60_000;
const RETRY = { firstMs: 250, maxMs: 10_000 };
/** Inspections at the same time. */
const INSPECTIONS = 8;

export type ContainersEvent =
  | { readonly kind: 'docker-connected' }
  | { readonly kind: 'docker-lost'; readonly reason: string };

export interface ContainersOptions {
  readonly client: DockerClient;
  readonly clock: Clock;
  /** Called with the whole set after each change, and at once when a container was told to end. */
  readonly onChange: (containers: readonly Container[], leaving: ReadonlySet<string>) => void;
  readonly onEvent: (event: ContainersEvent) => void;
}

/**
 * Follows a daemon's containers: its events, the list after each of them and a second later, after a lost stream and every 30 s.
 * While the daemon is away, what was seen last holds.
 */
export class Containers {
  readonly #options: ContainersOptions;
  readonly #inspected = new Map<string, InspectedContainer>();
  /** Since when, by id. */
  readonly #leaving = new Map<string, number>();
  #seen: readonly Container[] = [];
  #isClosed = false;
  #isLost = true;
  /** Since the last list began. */
  #hasChanged = false;
  #failures = 0;
  readonly #lists: Turns;
  #stopWatch = (): void => undefined;
  #cancelTimer = (): void => undefined;
  #cancelRetry = (): void => undefined;

  constructor(options: ContainersOptions) {
    this.#options = options;
    this.#lists = new Turns(() => this.#list(), { clock: options.clock, leastMs: LIST_GAP_MS });
  }

  /** Rejects with an {@link AnnouncerError} when there is no daemon now; later that is waited out. Once. */
  async start(): Promise<void> {
    this.#take(await this.#read());
    this.#watch();
  }

  /** Nothing is called after this. Idempotent. */
  close(): void {
    this.#isClosed = true;
    this.#stopWatch();
    void this.#lists.close();
    this.#cancelTimer();
    this.#cancelRetry();
  }

  #watch(): void {
    if (this.#isClosed) return;
    this.#stopWatch = this.#options.client.watch({
      opened: () => {
        this.#failures = 0;
        if (this.#isLost) this.#options.onEvent({ kind: 'docker-connected' });
        this.#isLost = false;
        this.#lists.request();
      },
      event: (value) => this.#notice(value),
      ended: (reason) => this.#lose(reason),
    });
  }

  #lose(reason: string): void {
    if (this.#isClosed) return;
    if (!this.#isLost) this.#options.onEvent({ kind: 'docker-lost', reason });
    this.#isLost = true;
    this.#failures += 1;
    this.#cancelRetry();
    this.#cancelRetry = this.#options.clock.after(doubledMs(this.#failures, RETRY), () => this.#watch());
  }

  #notice(value: unknown): void {
    const event = readContainerEvent(value, (id) => this.#inspected.get(id)?.stopSignal);
    if (event === undefined) return;
    switch (event.kind) {
      case 'ending':
        if (!this.#seen.some(({ id }) => id === event.id)) return;
        this.#leaving.set(event.id, this.#options.clock.now());
        this.#tell();
        return;
      case 'starting':
        this.#leaving.delete(event.id);
        break;
      case 'changed':
        break;
      default:
        event satisfies never;
    }
    this.#hasChanged = true;
    this.#lists.request();
  }

  async #list(): Promise<void> {
    this.#cancelTimer();
    const againMs = this.#hasChanged ? AGAIN_MS : RECONCILE_MS;
    this.#hasChanged = false;
    try {
      const containers = await this.#read();
      if (!this.#isClosed) this.#take(containers);
    } catch (error) {
      if (!(error instanceof AnnouncerError)) surface(error);
      // What was seen last holds; the stream of events tells whether the daemon is there.
    }
    if (!this.#isClosed) this.#cancelTimer = this.#options.clock.after(againMs, () => this.#lists.request());
  }

  async #read(): Promise<readonly Container[]> {
    const listed = readContainerList(await this.#options.client.list());
    const unknown = listed.filter(({ id }) => !this.#inspected.has(id));
    while (unknown.length > 0) {
      await Promise.all(unknown.splice(0, INSPECTIONS).map(({ id }) => this.#inspect(id)));
    }
    for (const id of this.#inspected.keys()) {
      if (!listed.some((container) => container.id === id)) this.#inspected.delete(id);
    }
    return listed.flatMap((container) => {
      const inspected = this.#inspected.get(container.id);
      return inspected === undefined ? [] : [{ ...container, ...inspected }];
    });
  }

  /** One that is gone by now is left out. */
  async #inspect(id: string): Promise<void> {
    try {
      this.#inspected.set(id, readInspection(await this.#options.client.inspect(id)));
    } catch (error) {
      if (!(error instanceof AnnouncerError)) throw error;
    }
  }

  #take(containers: readonly Container[]): void {
    this.#seen = containers;
    const now = this.#options.clock.now();
    for (const [id, since] of this.#leaving) {
      const isRunning = containers.some((container) => container.id === id && container.state === 'running');
      if (!isRunning || now - since >= SURVIVAL_MS) this.#leaving.delete(id);
    }
    this.#tell();
  }

  #tell(): void {
    this.#options.onChange(this.#seen, new Set(this.#leaving.keys()));
  }
}
