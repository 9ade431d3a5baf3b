import { Daemon } from '../../daemon/daemon.ts';
import { checkSourceFiles } from '../../network/source-files.ts';
import { parseProxiedService } from '../../parse/service-argument.ts';
import { assignPassedSockets, listPassedSockets } from '../../process/passed-sockets.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { refuseShared } from '../../requests/announce-request.ts';
import { readMeshRequest } from '../../requests/mesh-request.ts';
import {
  EMPTY_PLAN,
  type Plan,
  type PlannedProxy,
  readPlannedProxy,
  readProxyNames,
  requireEntitledTo,
} from '../../requests/plan.ts';
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
  const { surroundings, words } = invocation;
  const config = await loadConfig(invocation.settings);
  const settings = addSharedOptions(invocation.settings, config);
  const requests = listServiceRequests({ words, settings }, 'proxy', config?.proxy);
  refuseShared(['listen'], requests);
  const dns = readProxyNames(settings, config?.dns);
  const proxy = readProxies(requests, surroundings, dns.length > 0);
  refuseSharedPlaces(proxy, requests);
  const plan: Plan = { ...EMPTY_PLAN, proxy, dns };
  const mesh = readMeshRequest(settings, surroundings);
  requireEntitledTo(mesh, plan);
  await checkSourceFiles(proxy.map(({ origins }) => origins));
  const daemon = await Daemon.open({
    command: 'proxy',
    settings,
    surroundings,
    mesh,
    plan,
    farewell: 'connections may finish',
  });
  return daemon.run();
}

function readProxies(
  requests: readonly ServiceRequest[],
  { env, platform, pid }: Surroundings,
  ownAddress: boolean,
): readonly PlannedProxy[] {
  const services = requests.map((request) => readGiven(request.service, parseProxiedService).service);
  const passed = assignPassedSockets(listPassedSockets(env, pid), services);
  return requests.map((request, index) =>
    readPlannedProxy(request, platform, { passedFds: passed[index], ownAddress }),
  );
}
