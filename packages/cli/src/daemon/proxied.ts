import {
  type Ambassador,
  AmbassadorError,
  type CreateEngine,
  createAmbassador,
  createChosenEngine,
  createEndpointCheck,
  type ProxyCheck,
  type ProxyOptions,
  type Workforce,
} from '@mdns-ambassador/ambassador';
import { type CheckOptions, type CheckTools, createShell, dialSaying, dialService } from '@mdns-ambassador/checks';
import { systemClock, systemNetwork } from '@mdns-ambassador/mdns';
import { LOCAL_HEADER, RelayError } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_UNAVAILABLE } from '../exit/exit-codes.ts';
import { createSources } from '../network/sources.ts';
import { createWaker } from '../network/wake/create-waker.ts';
import { describeProxyEvent, proxyEventToFact } from '../output/proxy-lines.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { PlannedProxy } from '../requests/plan.ts';
import { composeCarriage } from './carriage.ts';
import type { Injections, OpenInjection } from './injections.ts';
import { explainListenError } from './listen-error.ts';
import type { PartContext } from './part-context.ts';

/** Sources in which nothing appears by itself: what is written there may be announced to others through a proxy. */
const WRITTEN_SOURCES: readonly string[] = ['static', 'dns', 'srv', 'file'];

export function createCheckTools({ platform, env }: Surroundings): CheckTools {
  return { dial: dialService, runShell: createShell({ platform, environment: env, kill: process.kill.bind(process) }) };
}

/** The credentials of one proxy, if any. Throws a CliError when they can't be had. */
export function openInjection({ service, injected }: PlannedProxy, injections: Injections): OpenInjection | undefined {
  return injected === undefined ? undefined : injections.open({ service, ...injected });
}

/** What was asked for, with its sources, its check and its credentials. */
export function composeProxy(
  { type, origins, allowed, activeCheck, checkIntervalMs, wake, injected: _, workers: __, ...options }: PlannedProxy,
  { local, log, reporter, registries, reportConnections, checkTools, mesh, room, listeners, surroundings }: PartContext,
  injection: OpenInjection | undefined,
  workforce?: Pick<Workforce, 'hasReached'>,
): ProxyOptions {
  const { options: carriage, path } = composeCarriage(options.service, { mesh, reporter }, injection);
  const dialForCheck = path?.dialForCheck ?? checkTools.dial;
  const tools = { ...checkTools, dial: options.sendProxy ? dialSaying(LOCAL_HEADER, dialForCheck) : dialForCheck };
  return {
    maxConnections: room.places,
    ...options,
    room,
    openListener: (place) => listeners.listen(place),
    ...carriage,
    reportConnections,
    ...(wake === undefined ? {} : { wake: createWaker(options.service, wake, surroundings, reporter) }),
    ...(origins.from.every(({ kind }) => WRITTEN_SOURCES.includes(kind)) ? {} : { beacon: options.service }),
    ...composeCheck(activeCheck, checkIntervalMs, tools),
    merge: origins.merge,
    sources: createSources(origins, {
      service: options.service,
      type,
      listen: options.listen,
      allowed,
      local,
      log,
      registries,
      mesh,
      isProven:
        path === undefined
          ? undefined
          : (address, port) => path.isProven(address, port) || workforce?.hasReached(address, port) === true,
    }),
  };
}

function composeCheck(options: CheckOptions, intervalMs: number, tools: CheckTools): { readonly check?: ProxyCheck } {
  if (options.kind === 'none') return {};
  return {
    check: {
      intervalMs,
      create: (endpoint, admitDial) => createEndpointCheck(options, endpoint, tools, systemClock, admitDial),
    },
  };
}

/** An ambassador that tells what it does. */
export function composeAmbassador(
  proxy: ProxyOptions,
  { reporter, observers, hintAt, surroundings }: PartContext,
  createEngine: CreateEngine = createChosenEngine,
): Ambassador {
  return createAmbassador({
    ...observers,
    proxies: [proxy],
    ownAddresses: systemNetwork({ platform: surroundings.platform }).ownAddresses,
    clock: systemClock,
    random: Math.random,
    createEngine,
    onEvent: (event) => {
      reporter.tell(describeProxyEvent(event, proxy.connectTimeoutMs), proxyEventToFact(event));
      const hint = hintAt(event);
      if (hint !== undefined) reporter.tell(hint, { event: 'local-network-refused' });
    },
  });
}

/** Starts it; says in one sentence why it can't listen. */
export async function startListening(
  ambassador: Ambassador,
  proxy: ProxyOptions,
  { surroundings }: Pick<PartContext, 'surroundings'>,
): Promise<void> {
  try {
    await ambassador.start();
  } catch (error) {
    if (error instanceof AmbassadorError) throw new CliError(EXIT_UNAVAILABLE, error.message, { cause: error });
    throw error instanceof RelayError ? explainListenError(error, proxy, surroundings.platform) : error;
  }
}
