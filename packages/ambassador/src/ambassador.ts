import { type DialService, dialService } from '@mdns-ambassador/checks';
import type { Random } from '@mdns-ambassador/mdns';
import { readSystemInterfaces, systemClock, systemNetwork } from '@mdns-ambassador/mdns';
import type { Clock } from '@mdns-ambassador/relay';
import { createChosenEngine } from './engines/chosen.ts';
import type { CreateEngine } from './engines/engine.ts';
import { DialBudget } from './pool/dial-budget.ts';
import type { MeasureDistance } from './pool/priority.ts';
import { completeService, type ProxiedService } from './proxied-service.ts';
import type { ProxyEvent } from './proxy-event.ts';
import { OwnLinks } from './service/own-links.ts';
import { ServiceProxy, type ServiceStatus } from './service/service-proxy.ts';
import type { ServiceConnectionReport, ServiceTraffic } from './service/service-traffic.ts';
import { measureFrom } from './sources/distance.ts';
import { OwnNode } from './sources/own-node.ts';

/** What the proxies of one ambassador share; what is left out is this machine's own. */
export interface AmbassadorOptions {
  /** Those that name no sources are found over mDNS, by a node that the ambassador starts and closes. */
  readonly proxies: readonly ProxiedService[];
  /** Default the machine's. */
  readonly clock?: Clock;
  /** Default `Math.random`. */
  readonly random?: Random;
  /** `node`, `haproxy` ...: as the status shows it. */
  readonly engineName?: string;
  /** What the announcements of one host may cost; shared with others of this process. Absent: its own. */
  readonly budget?: DialBudget | undefined;
  /** Default {@link createChosenEngine}. */
  readonly createEngine?: CreateEngine;
  /** By how many milliseconds this process runs late ({@link LoopLag}). Absent: it is never late. */
  readonly lag?: () => number;
  /** How endpoints in doubt are dialled beside the engine. Absent: over this machine's network. */
  readonly dial?: DialService;
  /** Whether this machine has a way to endpoints, without which their silence says nothing. Default by the system's interfaces. */
  readonly links?: OwnLinks;
  /** Every address of this host, without zone; what a proxy that listens on all of them is reached at. Default as it is now. */
  readonly ownAddresses?: (() => ReadonlySet<string>) | undefined;
  /** Never called after `close` has resolved. */
  readonly onEvent?: (event: ProxyEvent) => void;
  /** Told of each connection when it has ended. */
  readonly onConnection?: ((connection: ServiceConnectionReport) => void) | undefined;
}

/** The same for one service, of which the name is enough. */
export type OneServiceOptions = ProxiedService & Omit<AmbassadorOptions, 'proxies'>;

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
 * failure to the source, which looks again. Throws an AmbassadorError for a service that leaves open where to listen.
 */
export function createAmbassador(options: AmbassadorOptions | OneServiceOptions): Ambassador {
  const { clock = systemClock, random = Math.random, createEngine = createChosenEngine, engineName = 'node' } = options;
  const { lag = () => 0, dial = dialService, onEvent = () => undefined, onConnection } = options;
  const { ownAddresses = systemNetwork().ownAddresses, budget = new DialBudget() } = options;
  const { links = new OwnLinks({ clock }) } = options;
  const distances = (): MeasureDistance => measureFrom(readSystemInterfaces() ?? {});
  const tools = { clock, random, createEngine, engineName, lag, dial, links, ownAddresses, distances };
  const context = { ...tools, budget, onEvent, onConnection };
  const node = new OwnNode(clock, random);
  const services: readonly ProxiedService[] = 'proxies' in options ? options.proxies : [options];
  const proxies = services.map((each) => {
    const complete = completeService(each, (service, listen) => node.createSource(service, listen));
    return new ServiceProxy(complete, context);
  });
  let started: Promise<void> | undefined;
  let drained: Promise<void> | undefined;
  let closed: Promise<void> | undefined;

  const startAll = async (): Promise<void> => {
    try {
      await node.start();
      const outcomes = await Promise.allSettled(proxies.map((proxy) => proxy.start()));
      const failure = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failure !== undefined) throw failure.reason;
    } catch (error) {
      await close();
      throw error;
    }
  };
  const close = (): Promise<void> => {
    closed ??= Promise.all(proxies.map((proxy) => proxy.close())).then(() => node.close());
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
