import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { parseConfig, readConfigText } from '../../config/read-config.ts';
import { Daemon } from '../../daemon/daemon.ts';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_OK, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { checkSourceFiles } from '../../network/source-files.ts';
import { listPassedSockets } from '../../process/passed-sockets.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { type FilePlan, readFilePlan } from '../../requests/file-plan.ts';
import { type MeshRequest, readMeshRequest } from '../../requests/mesh-request.ts';
import { requireEntitledTo } from '../../requests/plan.ts';
import { addSharedOptions } from '../../requests/service-requests.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Invocation } from '../command.ts';
import { FollowedFile } from './followed-file.ts';
import { describePlan, planToJson } from './plan-lines.ts';

const DEFAULT_FILE = './ambassador.yaml';

/** `ambassador up` */
export async function runUp(invocation: Invocation): Promise<number> {
  const { surroundings, settings: own } = invocation;
  refuseWords(invocation);
  const file = own.read('config', (text) => text) ?? DEFAULT_FILE;
  const text = readConfigText(file);
  const { plan, settings, mesh } = readRequest(file, text, own, surroundings);
  await checkSourceFiles(plan.proxy.map(({ origins }) => origins));
  if (settings.isSet('dry-run')) {
    if (settings.isSet('json')) surroundings.stdout.json(planToJson(plan));
    else for (const line of describePlan(plan)) surroundings.stdout.line(line);
    return EXIT_OK;
  }
  const daemon = await Daemon.open({
    command: 'up',
    settings,
    surroundings,
    mesh,
    plan,
    label: ['up', resolve(file)],
    farewell: 'saying goodbye, connections may finish',
  });
  const followed = new FollowedFile({
    daemon,
    file,
    text,
    plan,
    readPlan: (next) => readRequest(file, next, own, surroundings).plan,
  });
  surroundings.shutdown.onHangup(() => followed.readAgain());
  return daemon.run(() => followed.follow());
}

interface UpRequest {
  readonly plan: FilePlan;
  /** Those that all services share. */
  readonly settings: Settings;
  readonly mesh: MeshRequest | undefined;
}

function readRequest(file: string, text: string, own: Settings, surroundings: Surroundings): UpRequest {
  const { env, platform } = surroundings;
  const config = parseConfig(file, text);
  const plan = readFilePlan(file, config, own, { hostName: hostname(), platform, env });
  const settings = addSharedOptions(own, config);
  const mesh = readMeshRequest(settings, surroundings);
  requireEntitledTo(mesh, plan);
  return { plan, settings, mesh };
}

function refuseWords({ words, surroundings }: Invocation): void {
  const [word] = words;
  if (word !== undefined) {
    throw new CliError(
      EXIT_USAGE,
      `up takes no services, and "${word}" is one; write it in the file, or use announce or proxy`,
    );
  }
  if (listPassedSockets(surroundings.env, surroundings.pid).length > 0) {
    throw new CliError(
      EXIT_CONFIG,
      'systemd passed sockets, and up opens its own; remove Sockets= from the unit, or use proxy',
    );
  }
}
