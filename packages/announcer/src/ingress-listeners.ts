import type { Socket } from 'node:net';
import { errorCode, type Listener, listen } from '@mdns-ambassador/relay';

const ANY_IPV4 = '0.0.0.0';
const ANY_IPV6 = '::';
const ANY_PORT = 0;
/** The port that IPv4 was given may be taken in IPv6: another one is tried. */
const MAX_ATTEMPTS = 8;
/** Windows keeps ranges of ports to itself: EACCES. */
const TAKEN_CODES: readonly string[] = ['EADDRINUSE', 'EACCES'];
const NO_IPV6_CODES: readonly string[] = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'];
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
 * Listens in both families, on the preferred port where that is free. Where it is not, on another, and on the preferred one too as soon as
 * whoever has it gives it up: a former process, or what `up` had running before.
 */
export class IngressListeners {
  readonly port: number;
  readonly #options: IngressListenersOptions;
  readonly #listeners: Listener[];
  #timer: NodeJS.Timeout | undefined;
  #retrying: Promise<void> = Promise.resolve();
  #isStopped = false;

  private constructor(options: IngressListenersOptions, port: number, listeners: readonly Listener[]) {
    this.#options = options;
    this.port = port;
    this.#listeners = [...listeners];
    if (port !== options.preferredPort && options.preferredPort !== ANY_PORT) this.#retryLater();
  }

  /** Rejects with a RelayError when it can't listen at all. */
  static async open(options: IngressListenersOptions): Promise<IngressListeners> {
    for (let attempt = 0; ; attempt++) {
      try {
        const listeners = await listenInBoth(attempt === 0 ? options.preferredPort : ANY_PORT, options);
        return new IngressListeners(options, portOf(listeners[0]), listeners);
      } catch (error) {
        if (attempt >= MAX_ATTEMPTS || !TAKEN_CODES.includes(errorCode(error))) throw error;
      }
    }
  }

  /** Accepts no more. Idempotent. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#retrying;
    await Promise.all(this.#listeners.map((listener) => listener.stop()));
  }

  #retryLater(): void {
    this.#timer = setTimeout(() => {
      this.#retrying = this.#retry();
    }, RETRY_MS);
    // The timer alone does not keep the process running.
    this.#timer.unref();
  }

  async #retry(): Promise<void> {
    try {
      this.#listeners.push(...(await listenInBoth(this.#options.preferredPort, this.#options)));
    } catch {
      if (!this.#isStopped) this.#retryLater();
    }
  }
}

async function listenInBoth(
  port: number,
  { maxConnections, onConnection, onDrop }: IngressListenersOptions,
): Promise<readonly Listener[]> {
  const listenAt = (address: string, at: number): Promise<Listener> =>
    listen({ at: { kind: 'tcp', address, port: at }, maxConnections, onConnection, onDrop });
  const ipv4 = await listenAt(ANY_IPV4, port);
  try {
    return [ipv4, await listenAt(ANY_IPV6, portOf(ipv4))];
  } catch (error) {
    if (NO_IPV6_CODES.includes(errorCode(error))) return [ipv4];
    await ipv4.stop();
    throw error;
  }
}

function portOf(listener: Listener | undefined): number {
  return listener?.address.kind === 'tcp' ? listener.address.port : ANY_PORT;
}

/** Where others reach a service that is relayed, unless that port is taken: the same at each start, to be written down elsewhere. */
export function chooseIngressPort(servicePort: number): number {
  const port = servicePort + PORT_OFFSET;
  return port <= HIGHEST_PORT ? port : servicePort - PORT_OFFSET;
}
