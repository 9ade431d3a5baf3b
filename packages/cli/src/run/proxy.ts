import {
  type Ambassador,
  AmbassadorError,
  type AmbassadorOptions,
  createAmbassador,
  createChosenEngine,
  createEndpointCheck,
  LoopLag,
  type ProxyCheck,
  type ProxyOptions,
} from '@mdns-ambassador/ambassador';
import { type CheckOptions, type CheckTools, createShell, dialService } from '@mdns-ambassador/checks';
import { createPostgresCancelRouting } from '@mdns-ambassador/credentials';
import { systemClock, systemNetwork } from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import { type KeptListeners, type Opening, RelayError, type Room } from '@mdns-ambassador/relay';
import { refuseShared } from '../announce-request.ts';
import { CliError } from '../cli-error.ts';
import type { Invocation, Surroundings } from '../command.ts';
import { EXIT_OK, EXIT_UNAVAILABLE } from '../exit-codes.ts';
import { readMeshRequest, requireEntitled } from '../mesh-request.ts';
import { createConnectionLog } from '../output/connection-log.ts';
import { tellFault } from '../output/fault-lines.ts';
import type { Log } from '../output/log.ts';
import { tellMode, tellNodeEvent, tellStart } from '../output/network-lines.ts';
import { describeProxyEvent, proxyEventToFact } from '../output/proxy-lines.ts';
import { createReporter, type Reporter } from '../output/reporter.ts';
import { parseProxiedService } from '../parse/service-argument.ts';
import { readProxyRequest } from '../proxy-request.ts';
import { refuseSharedPlaces } from '../settings/refuse-twice.ts';
import {
  addSharedOptions,
  listServiceRequests,
  loadConfig,
  type ServiceRequest,
} from '../settings/service-requests.ts';
import { readGiven } from '../settings/settings.ts';
import { createNotify } from '../systemd/notify.ts';
import { assignPassedSockets, listPassedSockets } from '../systemd/passed-sockets.ts';
import type { PlannedProxy } from '../up/plan.ts';
import { createAdminService } from './admin.ts';
import { measureRoom } from './announcer-host.ts';
import { Injections, type OpenInjection } from './injections.ts';
import { Lifecycle } from './lifecycle.ts';
import { explainListenError } from './listen-error.ts';
import { createLocalNetwork, type LocalNetwork, readInterfaceNames, startNode } from './local-network.ts';
import { openLog } from './log-options.ts';
import { createMesh, createMeshPath, followKeyFile } from './mesh-keys.ts';
import { checkSourceFiles } from './source-files.ts';
import { createSources, readAllowedCidrs, usesMdns } from './sources.ts';
import { tellStopping, waitForAbort } from './stopping.ts';

/** A service of PostgreSQL goes by one of these. */
const POSTGRES_NAMES: readonly string[] = ['postgres', 'postgresql'];

/** Sources in which nothing appears by itself: what is written there may be announced to others through a proxy. */
const WRITTEN_SOURCES: readonly string[] = ['static', 'dns', 'srv', 'file'];

/** `ambassador proxy` */
export async function proxyServices(invocation: Invocation): Promise<number> {
  const { surroundings } = invocation;
  const config = await loadConfig(invocation.settings);
  const settings = addSharedOptions(invocation.settings, config);
  const requests = listServiceRequests({ words: invocation.words, settings }, 'proxy', config?.proxy);
  refuseShared(['listen'], requests);
  const wanted = readRequests(requests, surroundings);
  refuseSharedPlaces(wanted, requests);
  const meshRequest = readMeshRequest(settings, surroundings.platform);
  requireEntitled(
    meshRequest,
    'proxy',
    wanted.map(({ service }) => service),
  );
  await checkSourceFiles(wanted.map(({ origins }) => origins));
  const log = openLog(settings, surroundings);
  const lifecycle = new Lifecycle(createNotify(surroundings.env, log));
  const isMdnsUsed = wanted.some(({ origins }) => usesMdns(origins));
  const admin = await createAdminService(settings, {
    version: surroundings.version,
    snapshot: () => ({
      phase: lifecycle.phase,
      announcements: [],
      services: ambassador.status(),
      traffic: ambassador.traffic(),
      mdns: isMdnsUsed ? local.node.counters : undefined,
    }),
  });
  const reporter = createReporter(surroundings.stdout, log, settings.isSet('json'), (fact) => admin?.publish(fact));
  surroundings.faults.survive((error, count) => tellFault(reporter, error, count));
  let isStarted = false;
  const local = createLocalNetwork(
    readInterfaceNames(settings, surroundings.platform),
    surroundings.platform,
    (event) => {
      if (isStarted || event.kind === 'link-failed') tellNodeEvent(reporter, event, surroundings.platform);
    },
  );
  const reportConnections = settings.isSet('log-connections');
  const mesh = createMesh(meshRequest);
  const injections = new Injections(surroundings, reporter);
  const context = {
    local,
    log,
    reporter,
    reportConnections,
    checkTools: createCheckTools(surroundings),
    room: measureRoom(),
    mesh,
  };
  const opened = wanted.map((request) => openInjection(request, injections));
  const proxies = wanted.map((request, index) => composeProxy(request, context, opened[index]));
  const lag = new LoopLag(systemClock);
  const ambassador = composeAmbassador(proxies, reporter, {
    lag: () => lag.current(),
    onDial: admin?.observeDial,
    onConnection: reportConnections ? createConnectionLog(surroundings.logStream) : undefined,
  });
  if (opened.some((injection) => injection !== undefined)) surroundings.shutdown.onHangup(() => injections.refresh());
  let unfollow = (): void => undefined;
  try {
    await admin?.listen(reporter);
    if (isMdnsUsed) await startMdns(local, reporter, mesh);
    else tellMode(reporter, mesh?.ids);
    isStarted = true;
    if (mesh !== undefined && meshRequest !== undefined) {
      unfollow = followKeyFile(mesh, meshRequest.path, surroundings.platform, reporter);
    }
    await startListening(ambassador, proxies);
    lifecycle.run();
    await waitForAbort(surroundings.shutdown.signal);
    lifecycle.stop();
    tellStopping(reporter, 'connections may finish', surroundings.shutdown.signal);
    await ambassador.drain();
    return EXIT_OK;
  } finally {
    unfollow();
    lag.close();
    for (const injection of opened) injection?.close();
    await ambassador.close();
    await local.node.close();
    await admin?.close();
  }
}

function readRequests(requests: readonly ServiceRequest[], { env, platform }: Surroundings): readonly PlannedProxy[] {
  const services = requests.map((request) => readGiven(request.service, parseProxiedService).service);
  const passed = assignPassedSockets(listPassedSockets(env, process.pid), services);
  return requests.map((request, index) => ({
    ...readProxyRequest(request, { platform, passedFds: passed[index] ?? [] }),
    allowed: readAllowedCidrs(request.settings),
  }));
}

/** What the proxies of one process share. */
export interface ProxyContext {
  readonly local: LocalNetwork;
  readonly log: Log;
  readonly reporter: Reporter;
  readonly reportConnections: boolean;
  readonly checkTools: CheckTools;
  readonly room: Room;
  /** Absent: each proxy listens on sockets of its own. */
  readonly listeners?: KeptListeners;
  /** Absent: open mode. */
  readonly mesh?: Mesh | undefined;
}

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
  { type, origins, allowed, activeCheck, checkIntervalMs, injected: _, ...options }: PlannedProxy,
  { local, log, reporter, reportConnections, checkTools, mesh, room, listeners }: ProxyContext,
  injection: OpenInjection | undefined,
): ProxyOptions {
  const opening = injection === undefined ? composeOpening(options) : injection.opening;
  const path = mesh === undefined ? undefined : createMeshPath(mesh, options.service, reporter);
  const tools = path === undefined ? checkTools : { ...checkTools, dial: path.dialForCheck };
  return {
    maxConnections: room.places,
    ...options,
    room,
    ...(listeners === undefined ? {} : { openListener: (place) => listeners.listen(place) }),
    ...(injection === undefined ? {} : { prologues: injection.prologues }),
    ...(opening === undefined ? {} : { opening }),
    reportConnections,
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
  proxies: readonly ProxyOptions[],
  reporter: Reporter,
  observers: Pick<AmbassadorOptions, 'onDial' | 'onConnection' | 'lag'>,
): Ambassador {
  return createAmbassador({
    ...observers,
    proxies,
    ownAddresses: systemNetwork().ownAddresses,
    clock: systemClock,
    random: Math.random,
    createEngine: createChosenEngine,
    onEvent: (event) => {
      const timeoutMs = proxies.find(({ service }) => service === event.service)?.connectTimeoutMs ?? 0;
      reporter.tell(describeProxyEvent(event, timeoutMs), proxyEventToFact(event));
    },
  });
}

async function startMdns(local: LocalNetwork, reporter: Reporter, mesh: Mesh | undefined): Promise<void> {
  await startNode(local);
  tellStart(reporter, local.network, mesh?.ids);
}

/** Starts it; says in one sentence why it can't listen. */
export async function startListening(ambassador: Ambassador, proxies: readonly ProxyOptions[]): Promise<void> {
  try {
    await ambassador.start();
  } catch (error) {
    if (error instanceof AmbassadorError) throw new CliError(EXIT_UNAVAILABLE, error.message, { cause: error });
    throw error instanceof RelayError ? explainListenError(error, proxies) : error;
  }
}
