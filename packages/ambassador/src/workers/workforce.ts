import type { CheckOutcome } from '@mdns-ambassador/checks';
import { type Clock, type HeldSocket, type ListenPlace, Recent } from '@mdns-ambassador/relay';
import type { CreateEngine } from '../engines/engine.ts';
import { namePlace } from '../pool/endpoint.ts';
import type { ProxyOptions } from '../proxy-options.ts';
import type { Source } from '../sources/source.ts';
import type { StartWorker } from './crew.ts';
import { SourceMirror } from './source-mirror.ts';
import type { FromWorker, ToWorker } from './worker-message.ts';
import { WorkersEngine } from './workers-engine.ts';

const MAX_REACHED = 4_096;
const MAX_OUTCOMES = 8_192;

export interface WorkforceOptions {
  readonly workers: number;
  /** As `process.platform` has it. */
  readonly platform: string;
  readonly clock: Clock;
  readonly hold: (at: ListenPlace) => Promise<HeldSocket>;
  readonly startWorker: StartWorker;
  /** The connections of all workers together; absent: each has those for which it has room. */
  readonly limit?: number | undefined;
  readonly onTold: (told: Extract<FromWorker, { kind: 'told' }>) => void;
}

/**
 * Has the connections of one service carried by several processes. What its sources and its checks find is found once, here, and told to
 * all of them.
 */
export class Workforce {
  readonly #options: WorkforceOptions;
  readonly #mirrors = new Map<string, SourceMirror>();
  readonly #outcomes = new Recent<string, CheckOutcome>(MAX_OUTCOMES);
  readonly #reached = new Recent<string, true>(MAX_REACHED);
  #engine: WorkersEngine | undefined;

  constructor(options: WorkforceOptions) {
    this.#options = options;
  }

  readonly createEngine: CreateEngine = ({ listen, beacon }, picker, onEvent) => {
    this.#engine = new WorkersEngine(
      {
        ...this.#options,
        listen,
        beacon,
        news: {
          sources: () => [...this.#mirrors.keys()],
          updates: () =>
            [...this.#mirrors].flatMap(([source, mirror]) => mirror.replay().map((update) => ({ source, update }))),
          outcomes: () => this.#outcomes,
        },
        onReached: (id, address) => this.#noteReached(id, address),
      },
      picker,
      onEvent,
    );
    return this.#engine;
  };

  /** The same, with what its sources and its check say heard here. */
  listenIn(options: ProxyOptions): ProxyOptions {
    const { check } = options;
    return {
      ...options,
      sources: options.sources.map((source) => this.#overhear(source)),
      ...(check === undefined
        ? {}
        : {
            check: {
              ...check,
              onOutcome: (id, outcome) => {
                this.#outcomes.set(id, outcome);
                this.#tell({ kind: 'checked', id, outcome });
              },
            },
          }),
    };
  }

  /** Whether a worker has reached somebody there. */
  hasReached(address: string, port: number): boolean {
    return this.#reached.has(namePlace(address, port));
  }

  /** Has every worker read its secrets again. */
  refresh(): void {
    this.#tell({ kind: 'refresh' });
  }

  #tell(message: ToWorker): void {
    this.#engine?.tell(message);
  }

  #overhear(source: Source): Source {
    const mirror = new SourceMirror();
    this.#mirrors.set(source.name, mirror);
    const { listRefused } = source;
    return {
      name: source.name,
      start: (onUpdate) =>
        source.start((update) => {
          mirror.apply(update);
          if (update.kind === 'remove') for (const id of update.ids) this.#outcomes.delete(id);
          this.#tell({ kind: 'update', source: source.name, update });
          onUpdate(update);
        }),
      verify: (id) => source.verify(id),
      ...(listRefused === undefined ? {} : { listRefused: () => listRefused.call(source) }),
      close: () => source.close(),
    };
  }

  #noteReached(id: string, address: string): void {
    for (const mirror of this.#mirrors.values()) {
      const endpoint = mirror.find(id);
      if (endpoint !== undefined) this.#reached.set(namePlace(address, endpoint.port), true);
    }
  }
}
