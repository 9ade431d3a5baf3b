import { hostname } from 'node:os';
import { createCommandSpawner, isNotice, requireCommand, Command as ServiceCommand } from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import { DRAIN_TIMEOUT_MS, GRACE_MS } from '../../daemon/announcement-part.ts';
import { explainAnnouncerErrors } from '../../daemon/announcer-errors.ts';
import { Daemon, type ProgramSide } from '../../daemon/daemon.ts';
import { Refusals } from '../../daemon/refusals.ts';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_USAGE } from '../../exit/exit-codes.ts';
import { describeMissingInit } from '../../output/init-lines.ts';
import type { Reporter } from '../../output/reporter.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { readTargets, refuseShared, refuseSharedFolders, type Targets } from '../../requests/announce-request.ts';
import { refuseBesideDocker } from '../../requests/docker-request.ts';
import { type MeshRequest, readMeshRequest } from '../../requests/mesh-request.ts';
import {
  EMPTY_PLAN,
  type PlacedService,
  type Plan,
  readContainers,
  readPlacedService,
  requireEntitledTo,
} from '../../requests/plan.ts';
import { addSharedOptions, listServiceRequests, loadConfig } from '../../requests/service-requests.ts';
import { COMMAND_HINT } from '../../settings/flags.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Invocation } from '../command.ts';

/** `ambassador announce` */
export async function announceServices(invocation: Invocation): Promise<number> {
  const { surroundings, trailing } = invocation;
  const { env, platform } = surroundings;
  const { settings, mesh, plan } = await readRequest(invocation);
  await explainAnnouncerErrors(async () => {
    for (const { onDemand } of plan.announce) {
      if (onDemand !== undefined) requireCommand(onDemand.command, { platform, environment: env });
    }
  });
  const refusals = new Refusals(plan.docker.length > 0 ? Number.POSITIVE_INFINITY : plan.announce.length);
  const daemon = await Daemon.open({
    command: 'announce',
    settings,
    surroundings,
    mesh,
    plan,
    label: ['announce', ...plan.announce.map(nameAnnouncement).toSorted()],
    farewell: 'saying goodbye',
    refusals,
  });
  if (trailing === undefined || plan.announce.some(({ onDemand }) => onDemand !== undefined)) return daemon.run();
  return daemon.runBeside((announcer) => {
    const { reporter } = daemon;
    const missing = describeMissingInit(surroundings.pid, 'the command');
    if (missing !== undefined) reporter.tell(missing, { event: 'init-missing' });
    return explainAnnouncerErrors(() => runCommand(trailing, announcer, refusals, reporter, surroundings));
  });
}

interface AnnounceRequest {
  readonly settings: Settings;
  readonly mesh: MeshRequest | undefined;
  readonly plan: Plan;
}

async function readRequest(invocation: Invocation): Promise<AnnounceRequest> {
  const { surroundings, trailing, words } = invocation;
  const { env, platform } = surroundings;
  const config = await loadConfig(invocation.settings);
  const settings = addSharedOptions(invocation.settings, config);
  const withDocker = settings.isSet('docker');
  if (withDocker) refuseBesideDocker(settings, trailing);
  const isDockerAlone = withDocker && words.length === 0 && (config?.announce ?? []).length === 0;
  const requests = isDockerAlone ? [] : listServiceRequests({ words, settings }, 'announce', config?.announce);
  refuseShared(['name', 'type', 'alias', 'on-demand'], requests);
  if (trailing !== undefined && trailing.length === 0) {
    throw new CliError(
      EXIT_USAGE,
      'nothing follows "--"; write the command to run, such as -- redis-server --port 12345, or leave "--" out',
    );
  }
  const announce = requests.map((request, index) =>
    hintAtCommand(invocation, index, () => readPlacedService(request, { hostName: hostname(), platform, trailing })),
  );
  const plan: Plan = { ...EMPTY_PLAN, announce, docker: readContainers(settings, env, platform) };
  const mesh = readMeshRequest(settings, surroundings);
  requireEntitledTo(mesh, plan);
  if (withDocker) refuseRegistries([readTargets(settings), ...announce.map(({ targets }) => targets)]);
  refuseSharedFolders(announce, requests);
  return { settings, mesh, plan };
}

/** A word behind the first service that is none and names no port may be a command whose "--" is missing: PowerShell takes it away. */
function hintAtCommand<T>({ words, trailing }: Invocation, index: number, read: () => T): T {
  try {
    return read();
  } catch (error) {
    const isCommand = trailing === undefined && index > 0 && !/[:=]/.test(words[index] ?? ':');
    throw error instanceof CliError && isCommand
      ? new CliError(error.exitCode, `${error.message}; ${COMMAND_HINT}`, { cause: error })
      : error;
  }
}

function refuseRegistries(places: readonly Targets[]): void {
  if (places.every(({ registries }) => registries.length === 0)) return;
  throw new CliError(EXIT_USAGE, '--docker: containers are announced over mDNS alone; leave --to out');
}

/** What tells it from what other processes announce. */
function nameAnnouncement({ type, instance, port, relay }: PlacedService): string {
  return JSON.stringify([type, instance, port, ...(relay ? ['relay'] : [])]);
}

/** Runs the command to its end; the signals that we get are its signals. It ends when nothing of it may be announced. */
async function runCommand(
  [command = '', ...args]: readonly string[],
  announcer: ProgramSide,
  refusals: Refusals,
  reporter: Reporter,
  { platform, env, shutdown, keyboard }: Surroundings,
): Promise<number> {
  const service = new ServiceCommand({
    command,
    args,
    announcer,
    spawn: createCommandSpawner({
      platform,
      clock: systemClock,
      kill: process.kill.bind(process),
      environment: env,
      keyboard,
      onInterrupt: () => receive('SIGINT'),
    }),
    clock: systemClock,
    drainGraceMs: GRACE_MS,
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
  });
  let isStopping = false;
  const receive = (signal: NodeJS.Signals): void => {
    if (!isNotice(signal) && !isStopping) {
      isStopping = true;
      tellStopping(reporter, signal);
    }
    service.signal(signal);
  };
  shutdown.delegate(receive);
  void refusals.all.then(() => service.signal('SIGTERM'));
  return service.run();
}

function tellStopping(reporter: Reporter, signal: NodeJS.Signals): void {
  reporter.tell('stopping: saying goodbye, then the command ends (once more ends it at once)', {
    event: 'stopping',
    reason: signal,
  });
}
