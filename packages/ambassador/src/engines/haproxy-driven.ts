import { setTimeout as sleep } from 'node:timers/promises';
import { type DrainOutcome, errorMessage, type Target } from '@mdns-ambassador/relay';
import { AmbassadorError } from '../ambassador-error.ts';
import type { BalancerName } from '../pool/balancer.ts';
import type { Endpoint } from '../pool/endpoint.ts';
import type { PlannedEndpoint } from '../pool/plan.ts';
import type { EndpointPicker, Engine, EngineCounters, EngineEvent } from './engine.ts';
import { Objections } from './haproxy/objections.ts';
import { createAsk } from './haproxy/runtime-api.ts';
import { ServerControl } from './haproxy/server-control.ts';
import { SessionTally } from './haproxy/tally.ts';

/** How often haproxy is asked how it does. */
const LOOK_MS = 200;

export interface DrivenEngineOptions {
  /** The admin socket of an haproxy that somebody else runs. */
  readonly socket: string;
  /** The backend to fill; servers that are not ours stay as they are. */
  readonly backend: string;
  readonly balance: BalancerName;
}

/**
 * Fills a backend of somebody else's haproxy, 2.6 or later, by its admin socket. Where it listens, and how it balances, is its
 * configuration's business; after a reload it gets its servers again, and when ambassador ends it keeps them.
 */
export function createDrivenEngine(
  options: DrivenEngineOptions,
  picker: EndpointPicker,
  onEvent: (event: EngineEvent) => void = () => {},
): Engine {
  return new DrivenEngine(options, picker, onEvent);
}

class DrivenEngine implements Engine {
  readonly #options: DrivenEngineOptions;
  readonly #onEvent: (event: EngineEvent) => void;
  readonly #ask: (command: string) => Promise<string>;
  readonly #control: ServerControl;
  readonly #tally = new SessionTally();
  readonly #stop = new AbortController();
  #looking: Promise<void> | undefined;
  #isSilent = false;

  constructor(options: DrivenEngineOptions, picker: EndpointPicker, onEvent: (event: EngineEvent) => void) {
    const { socket, backend, balance } = options;
    const objections = new Objections((message) => onEvent({ kind: 'engine-changed', message }));
    this.#options = options;
    this.#onEvent = onEvent;
    this.#ask = createAsk(socket);
    this.#control = new ServerControl({
      ask: this.#ask,
      backend,
      isFirstAlone: balance === 'first',
      isPatient: true,
      picker,
      onObjection: (objection) => objections.take(objection),
    });
  }

  get counters(): EngineCounters {
    return this.#tally.counters;
  }

  /** Listens nowhere. Rejects with an AmbassadorError when there is no such haproxy, or no such backend. */
  async start(): Promise<readonly Target[]> {
    const { socket, backend } = this.#options;
    const answer = await this.#ask(`show servers state ${backend}`);
    if (!answer.startsWith('1\n')) {
      const words = answer.trim().split('\n')[0];
      throw new AmbassadorError(
        'HAPROXY_REFUSES',
        `the haproxy at ${socket} has no backend "${backend}" for us: ${words}; add it, or name another with --haproxy-backend`,
      );
    }
    await this.#control.look();
    this.#looking = this.#lookOn();
    return [];
  }

  sync(plan: readonly PlannedEndpoint[]): Promise<void> {
    return this.#control.sync(plan);
  }

  resetConnectionsOf(id: string, except?: Endpoint): number {
    return this.#control.resetConnectionsOf(id, except);
  }

  listUnanswered(): ReadonlyMap<string, Endpoint> {
    return this.#control.listDown();
  }

  resetUnacknowledged(id: string): Promise<number> {
    return this.#control.resetUnacknowledged(id);
  }

  /** It is not ours that listens. */
  async stopListening(): Promise<void> {}

  /** Its connections go on, with or without us. */
  async drain(): Promise<DrainOutcome> {
    return { finished: 0, reset: 0 };
  }

  async close(): Promise<void> {
    this.#stop.abort();
    this.#control.close();
    await this.#looking;
  }

  async #lookOn(): Promise<void> {
    const { signal } = this.#stop;
    while (!signal.aborted) {
      await sleep(LOOK_MS, undefined, { signal }).catch(() => undefined);
      if (!signal.aborted) await this.#look();
    }
  }

  async #look(): Promise<void> {
    try {
      const rows = await this.#control.look();
      const back = rows.find(({ proxy, server }) => proxy === this.#options.backend && server === 'BACKEND');
      if (back !== undefined) this.#tally.take(back, back);
      if (this.#isSilent) this.#onEvent({ kind: 'engine-changed', message: 'haproxy answers again' });
      this.#isSilent = false;
    } catch (error) {
      if (this.#isSilent) return;
      this.#isSilent = true;
      this.#onEvent({ kind: 'engine-changed', message: errorMessage(error) });
    }
  }
}
