import {
  type Ambassador,
  AmbassadorError,
  createAmbassador,
  createChosenEngine,
  createEndpointCheck,
  type ProxyCheck,
  type ProxyOptions,
} from '@mdns-ambassador/ambassador';
import { type CheckOptions, type CheckTools, createShell, dialSaying, dialService } from '@mdns-ambassador/checks';
import { createPostgresCancelRouting } from '@mdns-ambassador/credentials';
import { systemClock, systemNetwork } from '@mdns-ambassador/mdns';
import { LOCAL_HEADER, type Opening, RelayError } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_UNAVAILABLE } from '../exit/exit-codes.ts';
import { createMeshPath } from '../network/mesh.ts';
import { createSources } from '../network/sources.ts';
import { createWaker } from '../network/wake/create-waker.ts';
import { describeProxyEvent, proxyEventToFact } from '../output/proxy-lines.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { PlannedProxy } from '../requests/plan.ts';
import type { Injections, OpenInjection } from './injections.ts';
import { explainListenError } from './listen-error.ts';
import type { PartContext } from './part-context.ts';

/** A service of PostgreSQL goes by one of these. */
const POSTGRES_NAMES: readonly string[] = ['postgres', 'postgresql'];

/** Sources in which nothing appears by itself: what is written there may be announced to others through a proxy. */
const WRITTEN_SOURCES: readonly string[] = ['static', 'dns', 'srv', 'file'];

export function createCheckTools({ platform, env }: Surroundings): CheckTools {
  const kill = (pid: number, signal: NodeJS.Signals): void => {
    process.kill(pid, signal);
  };
  return { dial: dialService, runShell: createShell({ platform, environment: env, kill }) };
}

/** The credentials of one proxy, if any. Throws a CliError when they can't be had. */
export function openInjection({ service, injected }: PlannedProxy, injections: Injections): OpenInjection | undefined {
  return injected === undefined ? undefined : injections.open({ service, ...injected });
}

/** What was asked for, with its sources, its check and its credentials. */
export function composeProxy(
  { type, origins, allowed, activeCheck, checkIntervalMs, wake, injected: _, ...options }: PlannedProxy,
  { local, log, reporter, registries, reportConnections, checkTools, mesh, room, listeners, surroundings }: PartContext,
  injection: OpenInjection | undefined,
): ProxyOptions {
  const opening = injection === undefined ? composeOpening(options) : injection.opening;
  const path = mesh === undefined ? undefined : createMeshPath(mesh, options.service, reporter);
  const dialForCheck = path?.dialForCheck ?? checkTools.dial;
  const tools = { ...checkTools, dial: options.sendProxy ? dialSaying(LOCAL_HEADER, dialForCheck) : dialForCheck };
  return {
    maxConnections: room.places,
    ...options,
    room,
    openListener: (place) => listeners.listen(place),
    ...(injection === undefined ? {} : { prologues: injection.prologues }),
    ...(opening === undefined ? {} : { opening }),
    reportConnections,
    ...(wake === undefined ? {} : { wake: createWaker(options.service, wake, surroundings, reporter) }),
    ...(origins.from.every(({ kind }) => WRITTEN_SOURCES.includes(kind)) ? {} : { beacon: options.service }),
    ...composeCheck(activeCheck, checkIntervalMs, tools),
    ...(path === undefined ? {} : { dialler: path.dialler, proof: 'mesh' }),
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
      isProven: path?.isProven,
    }),
  };
}

/** What is heard of a client although nobody logs in in its place. */
function composeOpening({ engine, service }: Pick<ProxyOptions, 'engine' | 'service'>): Opening | undefined {
  return engine?.kind !== 'haproxy' && POSTGRES_NAMES.includes(service) ? createPostgresCancelRouting() : undefined;
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
): Ambassador {
  return createAmbassador({
    ...observers,
    proxies: [proxy],
    ownAddresses: systemNetwork({ platform: surroundings.platform }).ownAddresses,
    clock: systemClock,
    random: Math.random,
    createEngine: createChosenEngine,
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
