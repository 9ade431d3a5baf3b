import { CliError } from '../../exit/cli-error.ts';
import { EXIT_USAGE } from '../../exit/exit-codes.ts';
import { joinWords } from '../../output/phrases.ts';
import { parseDuration } from '../../parse/duration.ts';
import { type MeshRequest, readMeshRequest } from '../../requests/mesh-request.ts';
import {
  EMPTY_PLAN,
  type Plan,
  type PlannedProxy,
  readPlannedProxy,
  readProxyNames,
  requireEntitledTo,
} from '../../requests/plan.ts';
import { refuseSharedPlaces } from '../../requests/refuse-twice.ts';
import { addSharedOptions, listServiceRequests, loadConfig } from '../../requests/service-requests.ts';
import { COMMAND_HINT } from '../../settings/flags.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Invocation } from '../command.ts';
import { type Prefix, parsePrefix } from './prefix.ts';

const DEFAULT_WAIT_MS = 30_000;
const SYSTEM_CHOOSES = 0;

export interface RunRequest {
  readonly settings: Settings;
  readonly mesh: MeshRequest | undefined;
  readonly plan: Plan;
  /** The program and its arguments. */
  readonly command: readonly [string, ...string[]];
  readonly prefixes: readonly Prefix[];
  readonly waitMs: number;
}

/** Throws a CliError that names the first wrong value. */
export async function readRunRequest(invocation: Invocation): Promise<RunRequest> {
  const { surroundings, trailing, words } = invocation;
  const [program, ...args] = trailing ?? [];
  if (program === undefined) {
    throw new CliError(
      EXIT_USAGE,
      `run has no command; write ambassador run ${words.join(' ') || 'redis'} -- COMMAND (${COMMAND_HINT})`,
    );
  }
  const config = await loadConfig(invocation.settings);
  const settings = addSharedOptions(invocation.settings, config);
  const requests = listServiceRequests({ words, settings }, 'run', config?.proxy, 'proxy');
  const dns = readProxyNames(settings, config?.dns);
  const where = dns.length > 0 ? { ownAddress: true } : { portOfNone: SYSTEM_CHOOSES };
  const proxy = requests.map((request) => listenOnOneLoopback(readPlannedProxy(request, surroundings.platform, where)));
  refuseSharedPlaces(proxy, requests);
  const plan: Plan = { ...EMPTY_PLAN, proxy, dns };
  const mesh = readMeshRequest(settings, surroundings);
  requireEntitledTo(mesh, plan);
  const prefixes = settings.readEach('env', parsePrefix);
  refuseUnknown(prefixes, proxy);
  const waitMs = settings.read('wait', (text) => parseDuration(text, 0)) ?? DEFAULT_WAIT_MS;
  return { settings, mesh, plan, command: [program, ...args], prefixes, waitMs };
}

/** Two loopbacks would get two ports. */
function listenOnOneLoopback(planned: PlannedProxy): PlannedProxy {
  const [first] = planned.listen;
  if (first?.kind !== 'tcp') {
    throw new CliError(
      EXIT_USAGE,
      `${planned.service} would have no TCP port that the command could be told; leave out what its entry in the file says of listen and engine`,
    );
  }
  return first.port === SYSTEM_CHOOSES ? { ...planned, listen: [first] } : planned;
}

function refuseUnknown(prefixes: readonly Prefix[], proxies: readonly PlannedProxy[]): void {
  const names = proxies.map(({ service }) => service);
  const unknown = prefixes.find(({ service }) => !names.includes(service));
  if (unknown === undefined) return;
  throw new CliError(EXIT_USAGE, `--env: "${unknown.service}" is not among what is run with: ${joinWords(names)}`);
}
