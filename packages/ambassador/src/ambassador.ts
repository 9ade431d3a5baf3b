import { type DialService, dialService } from '@mdns-ambassador/checks';
import type { Clock } from '@mdns-ambassador/relay';
import type { CreateEngine } from './engines/engine.ts';
import { DialBudget } from './pool/dial-budget.ts';
import type { Random } from './pool/random.ts';
import type { ProxyEvent, ProxyOptions } from './proxy-options.ts';
import { ServiceProxy, type ServiceStatus } from './service/service-proxy.ts';
import type { DialReport, ServiceConnectionReport, ServiceTraffic } from './service/service-traffic.ts';

export interface AmbassadorOptions {
  readonly proxies: readonly ProxyOptions[];
  readonly clock: Clock;
  readonly random: Random;
  /** `node`, `haproxy` ...: as the status shows it. */
  readonly engineName?: string;
  readonly createEngine: CreateEngine;
  /** What the announcements of one host may cost; shared with others of this process. Absent: its own. */
  readonly budget?: DialBudget | undefined;
  /** By how many milliseconds this process runs late ({@link LoopLag}). Absent: it is never late. */
  readonly lag?: () => number;
  /** How endpoints in doubt are dialled beside the engine. Absent: over this machine's network. */
  readonly dial?: DialService;
  /** Every address of this host, without zone; what a proxy that listens on all of them is reached at. Absent: loopback alone. */
  readonly ownAddresses?: (() => ReadonlySet<string>) | undefined;
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
  /** Accepts no more, so that others can listen there; what is established goes on as before. Idempotent. */
  stopListening(): Promise<void>;
  /** Stops listening, lets connections finish for `timeoutMs` (default: each proxy's own), resets the rest. Idempotent. */
  drain(timeoutMs?: number): Promise<void>;
  /** Ends at once, sources included. Idempotent. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * sources -> merge -> pool -> pick -> engine, for each service; the outcome of each dial goes back to the pool, and a
 * failure to the source, which looks again.
 */
export function createAmbassador(options: AmbassadorOptions): Ambassador {
  const {
    engineName = 'node',
    lag = () => 0,
    dial = dialService,
    onEvent = () => undefined,
    budget = new DialBudget(),
  } = options;
  const context = { ...options, engineName, lag, dial, onEvent, budget };
  const proxies = options.proxies.map((proxy) => new ServiceProxy(proxy, context));
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
    async stopListening() {
      await Promise.all(proxies.map((proxy) => proxy.stopListening()));
    },
    drain(timeoutMs) {
      drained ??= Promise.all(proxies.map((proxy) => proxy.drain(timeoutMs))).then(() => undefined);
      return drained;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
