import { LoopLag } from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import type { Mesh } from '@mdns-ambassador/mesh';
import { createAdminService } from '../../daemon/admin.ts';
import { measureRoom } from '../../daemon/announcer-host.ts';
import { Injections } from '../../daemon/injections.ts';
import { followKeyFile } from '../../daemon/key-file.ts';
import { Lifecycle } from '../../daemon/lifecycle.ts';
import {
  composeAmbassador,
  composeProxy,
  createCheckTools,
  openInjection,
  startListening,
} from '../../daemon/proxied.ts';
import { EXIT_OK } from '../../exit/exit-codes.ts';
import { createLocalNetwork, type LocalNetwork, readInterfaceNames, startNode } from '../../network/local-network.ts';
import { createMesh } from '../../network/mesh.ts';
import { checkSourceFiles } from '../../network/source-files.ts';
import { usesMdns } from '../../network/sources.ts';
import { createConnectionLog } from '../../output/connection-log.ts';
import { tellFault } from '../../output/fault-lines.ts';
import { tellMode, tellNodeEvent, tellStart } from '../../output/network-lines.ts';
import { createReporter, type Reporter } from '../../output/reporter.ts';
import { parseProxiedService } from '../../parse/service-argument.ts';
import { openLog } from '../../process/log-options.ts';
import { createNotify } from '../../process/notify.ts';
import { assignPassedSockets, listPassedSockets } from '../../process/passed-sockets.ts';
import { tellStopping, waitForAbort } from '../../process/stopping.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { readAllowedCidrs } from '../../requests/allowed-cidrs.ts';
import { refuseShared } from '../../requests/announce-request.ts';
import { readMeshRequest, requireEntitled } from '../../requests/mesh-request.ts';
import type { PlannedProxy } from '../../requests/plan.ts';
import { readProxyRequest } from '../../requests/proxy-request.ts';
import { refuseSharedPlaces } from '../../requests/refuse-twice.ts';
import {
  addSharedOptions,
  listServiceRequests,
  loadConfig,
  type ServiceRequest,
} from '../../requests/service-requests.ts';
import { readGiven } from '../../settings/settings.ts';
import type { Invocation } from '../command.ts';

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

async function startMdns(local: LocalNetwork, reporter: Reporter, mesh: Mesh | undefined): Promise<void> {
  await startNode(local);
  tellStart(reporter, local.network, mesh?.ids);
}
