import type { Clock } from '@mdns-ambassador/mdns';
import type { CreateEngine } from './engines/engine.ts';
import type { Random } from './pool/random.ts';
import type { ProxyEvent, ProxyOptions } from './proxy-options.ts';
import { ServiceProxy, type ServiceStatus } from './service-proxy.ts';
import type { DialReport, ServiceConnectionReport, ServiceTraffic } from './service-traffic.ts';

export interface AmbassadorOptions {
  readonly proxies: readonly ProxyOptions[];
  readonly clock: Clock;
  readonly random: Random;
  /** `node`, `haproxy` ...: as the status shows it. */
  readonly engineName?: string;
  readonly createEngine: CreateEngine;
  /** Never called after `close` has resolved. */
  readonly onEvent?: (event: ProxyEvent) => void;
  /** Told of each dial's outcome; in the data path, so it must be quick. */
  readonly onDial?: ((dial: DialReport) => void) | undefined;
  /** Told of each connection when it has ended. */
  readonly onConnection?: ((connection: ServiceConnectionReport) => void) | undefined;
}

/** Local listeners for services that are elsewhere. */
export interface Ambassador {
  /** Listens for every service and looks for their endpoints. If one can't listen, all are closed and it rejects. Idempotent. */
  start(): Promise<void>;
  /** CONTRACT 3: `services`. */
  status(): readonly ServiceStatus[];
  /** What metrics need beyond the status. */
  traffic(): readonly ServiceTraffic[];
  /** Stops listening, lets connections finish for each proxy's `drainTimeoutMs`, resets the rest. Idempotent. */
  drain(): Promise<void>;
  /** Ends at once, sources included. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * sources -> merge -> pool -> pick -> engine, for each service; the outcome of each dial goes back to the pool, and a
 * failure to the source, which looks again.
 */
export function createAmbassador(options: AmbassadorOptions): Ambassador {
  const { clock, random, createEngine, engineName = 'node', onEvent = () => undefined, onDial, onConnection } = options;
  const proxies = options.proxies.map(
    (proxy) => new ServiceProxy(proxy, { clock, random, engineName, createEngine, onEvent, onDial, onConnection }),
  );
  let started: Promise<void> | undefined;
  let drained: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  const startAll = async (): Promise<void> => {
    const outcomes = await Promise.allSettled(proxies.map((proxy) => proxy.start()));
    const failure = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failure === undefined) return;
    await close();
    throw failure.reason;
  };
  const close = (): Promise<void> => {
    closed ??= Promise.all(proxies.map((proxy) => proxy.close())).then(() => undefined);
    return closed;
  };

  return {
    start() {
      started ??= startAll();
      return started;
    },
    status: () => proxies.map((proxy) => proxy.status()),
    traffic: () => proxies.map((proxy) => proxy.traffic()),
    drain() {
      drained ??= Promise.all(proxies.map((proxy) => proxy.drain())).then(() => undefined);
      return drained;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
