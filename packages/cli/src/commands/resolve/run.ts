import {
  type EndpointStatus,
  type Preference,
  reportEndpoint,
  resolveEndpoints,
  type Source,
} from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_UNAVAILABLE, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { createLoggedNetwork, describeNoNetwork, type LocalNetwork, startNode } from '../../network/local-network.ts';
import { createMesh } from '../../network/mesh.ts';
import { keepNotices } from '../../network/notices.ts';
import { Registries } from '../../network/registries.ts';
import { checkSourceFiles } from '../../network/source-files.ts';
import { createSources, MDNS_QUIET_MS, usesMdns } from '../../network/sources.ts';
import { escapeText } from '../../output/escape.ts';
import { describeFault } from '../../output/fault-lines.ts';
import { describeAlone } from '../../output/network-lines.ts';
import { describeRefusals } from '../../output/refused-lines.ts';
import { parseChoice } from '../../parse/choice.ts';
import { formatDuration, parseDuration } from '../../parse/duration.ts';
import { parseWantedService } from '../../parse/service-type.ts';
import { openLog } from '../../process/log-options.ts';
import { waitForAbort } from '../../process/stopping.ts';
import { readAllowedCidrs } from '../../requests/cidrs.ts';
import { readMeshRequest, requireEntitled } from '../../requests/mesh-request.ts';
import { addSharedOptions, listServiceRequests, loadConfig } from '../../requests/service-requests.ts';
import { type Origins, readOrigins, readPreference } from '../../requests/source-request.ts';
import { readGiven } from '../../settings/settings.ts';
import type { Invocation } from '../command.ts';
import { formatEndpoints } from './endpoint-formats.ts';
import { RESOLVE_FORMATS } from './formats.ts';

const DEFAULT_TIMEOUT_MS = 2_000;

/** `ambassador resolve` */
export async function resolveService(invocation: Invocation): Promise<number> {
  const { surroundings, words } = invocation;
  surroundings.faults.survive((error) => surroundings.stderr.line(`ambassador: ${describeFault(error)}`));
  const config = await loadConfig(invocation.settings);
  const shared = addSharedOptions(invocation.settings, config);
  if (words.length > 1) {
    throw new CliError(
      EXIT_USAGE,
      `resolve takes one service, and ${words.join(', ')} are named; run it once for each`,
    );
  }
  const [request] =
    words.length === 0 ? [] : listServiceRequests({ words, settings: shared }, 'resolve', config?.proxy);
  if (request === undefined)
    throw new CliError(EXIT_USAGE, 'resolve which service? Write its name, such as ambassador resolve redis');
  const { settings } = request;
  const { service, type } = readGiven({ ...request.service, text: words[0] ?? '' }, parseWantedService);
  const origins = readOrigins(settings);
  const allowed = readAllowedCidrs(settings);
  const timeoutMs = settings.read('timeout', parseDuration) ?? DEFAULT_TIMEOUT_MS;
  const format = settings.read('format', (text) => parseChoice(text, RESOLVE_FORMATS)) ?? 'address';
  await checkSourceFiles([origins]);
  const meshRequest = readMeshRequest(settings, surroundings);
  requireEntitled(meshRequest, 'proxy', [service]);
  const log = openLog(settings, surroundings);
  const mesh = createMesh(meshRequest);
  if (mesh !== undefined) keepNotices(mesh, surroundings, () => undefined);
  const local = createLoggedNetwork(settings, surroundings, log, mesh);
  const hosts = new Map<string, string>();
  const troubles = new Map<string, string>();
  let found: readonly EndpointStatus[];
  let refusals: string | undefined;
  try {
    if (usesMdns(origins)) await startNode(local);
    const sources = createSources(origins, {
      service,
      type,
      allowed,
      local,
      log,
      registries: new Registries(surroundings, log),
      mesh,
      onInstance: ({ name, host }) => hosts.set(name, host),
      onHealth: (health) => {
        if (health.kind === 'working') troubles.delete(health.source);
        else troubles.set(health.source, health.reason);
      },
    });
    const prefer = readPreference(settings);
    found = await findEndpoints(sources, origins, prefer, timeoutMs, surroundings.shutdown.signal);
    refusals = describeRefusals(sources.flatMap((source) => source.listRefused?.() ?? []));
  } finally {
    await local.node.close();
  }
  if (surroundings.shutdown.signal.aborted) return EXIT_OK;
  if (settings.isSet('json')) {
    surroundings.stdout.json(found.map((endpoint) => reportEndpoint(endpoint, endpoint.state)));
  } else {
    const printed = settings.isSet('all') ? found : found.slice(0, 1);
    for (const line of formatEndpoints(service, printed, format, hosts)) surroundings.stdout.line(line);
  }
  if (found.length > 0) return EXIT_OK;
  const noNetwork = usesMdns(origins) ? describeNoNetwork(local) : undefined;
  if (refusals !== undefined) throw new CliError(EXIT_UNAVAILABLE, `${service}: ${refusals}`);
  const wanted = meshRequest === undefined ? service : `${service} of this mesh`;
  throw new CliError(
    EXIT_UNAVAILABLE,
    noNetwork ?? describeNothing(wanted, usesMdns(origins) ? local : undefined, timeoutMs, [...troubles.values()]),
  );
}

async function findEndpoints(
  sources: readonly Source[],
  origins: Origins,
  prefer: Preference,
  timeoutMs: number,
  stop: AbortSignal,
): Promise<readonly EndpointStatus[]> {
  const { merge } = origins;
  const options = { sources, merge, prefer, balance: 'first', clock: systemClock, random: Math.random } as const;
  const found = resolveEndpoints(options, timeoutMs, usesMdns(origins) ? MDNS_QUIET_MS : undefined);
  return Promise.race([found, waitForAbort(stop).then(() => [])]);
}

/** `local`: what mDNS asked; undefined where it was not used. */
function describeNothing(
  wanted: string,
  local: LocalNetwork | undefined,
  timeoutMs: number,
  troubles: readonly string[],
): string {
  const where = local !== undefined ? `no ${wanted} was found on this network` : `no ${wanted} was found`;
  const why = troubles.length === 0 ? '' : ` (${troubles.map(escapeText).join('; ')})`;
  const alone = local === undefined ? undefined : describeAlone(local.network);
  const advice =
    local !== undefined ? 'see what is there with ambassador list, or wait longer' : 'wait longer, perhaps';
  return `${where} within ${formatDuration(timeoutMs)}${why}; ${alone ?? `${advice} with --timeout 10s`}`;
}
