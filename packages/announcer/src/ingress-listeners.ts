import type { Socket } from 'node:net';
import { errorCode, listenInBoth, type OpenPort } from '@mdns-ambassador/relay';

const ANY_PORT = 0;
/** The port that IPv4 was given may be taken in IPv6: another one is tried. */
const MAX_ATTEMPTS = 8;
/** Windows keeps ranges of ports to itself: EACCES. */
const TAKEN_CODES: readonly string[] = ['EADDRINUSE', 'EACCES'];
const RETRY_MS = 500;
/**
 * So far above the service's own port: 6379 is reached at 21379. For services below 17,768 that is below what systems give out by themselves
 * (32,768 and more), and taken by nothing well known.
 */
const PORT_OFFSET = 15_000;
const HIGHEST_PORT = 65_535;

export interface IngressListenersOptions {
  readonly preferredPort: number;
  readonly maxConnections: number;
  /** As `listen` calls it. */
  readonly onConnection: (client: Socket, waitedMs: number) => void;
  /** A connection was closed because of `maxConnections`. */
  readonly onDrop: () => void;
}

/**
 * Listens in both families while that is wanted, on the preferred port where that is free. Where it is not, on another, and on the
 * preferred one too as soon as whoever has it gives it up: a former process, or what `up` had running before.
 */
export class IngressListeners {
  readonly #options: IngressListenersOptions;
  #port: number;
  #listening: readonly OpenPort[] = [];
  #timer: NodeJS.Timeout | undefined;
  /** Ends with what was asked for last: one thing at a time. */
  #turn: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(options: IngressListenersOptions) {
    this.#options = options;
    this.#port = options.preferredPort;
  }

  /** Where it listens, or is to listen next: on another where that is taken by then. */
  get port(): number {
    return this.#port;
  }

  /** Accepts. No-op where it does, and after `stop`. Rejects with a RelayError when it can't listen at all. */
  listen(): Promise<void> {
    return this.#take(() => this.#listen());
  }

  /** Refuses connections until `listen` is called. */
  rest(): Promise<void> {
    return this.#take(() => this.#close());
  }

  /** Accepts no more. Idempotent. */
  stop(): Promise<void> {
    this.#isStopped = true;
    return this.rest();
  }

  #take(run: () => Promise<void>): Promise<void> {
    const taken = this.#turn.then(run);
    this.#turn = taken.catch(() => undefined);
    return taken;
  }

  async #listen(): Promise<void> {
    if (this.#isStopped || this.#listening.length > 0) return;
    const { preferredPort } = this.#options;
    for (let attempt = 0; this.#listening.length === 0; attempt++) {
      try {
        this.#listening = [await listenInBoth(attempt === 0 ? this.#port : ANY_PORT, this.#options)];
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || !TAKEN_CODES.includes(errorCode(error))) throw error;
      }
    }
    this.#port = this.#listening[0]?.port ?? ANY_PORT;
    if (this.#port !== preferredPort && preferredPort !== ANY_PORT) this.#retryLater();
  }

  async #close(): Promise<void> {
    clearTimeout(this.#timer);
    const listening = this.#listening;
    this.#listening = [];
    await Promise.all(listening.map((one) => one.close()));
  }

  #retryLater(): void {
    this.#timer = setTimeout(() => void this.#take(() => this.#retry()), RETRY_MS);
    // The timer alone does not keep the process running.
    this.#timer.unref();
  }

  async #retry(): Promise<void> {
    if (this.#listening.length === 0) return;
    try {
      this.#listening = [...this.#listening, await listenInBoth(this.#options.preferredPort, this.#options)];
    } catch {
      this.#retryLater();
    }
  }
}

/** Where others reach a service that is relayed, unless that port is taken: the same at each start, to be written down elsewhere. */
export function chooseIngressPort(servicePort: number): number {
  const port = servicePort + PORT_OFFSET;
  return port <= HIGHEST_PORT ? port : servicePort - PORT_OFFSET;
}
