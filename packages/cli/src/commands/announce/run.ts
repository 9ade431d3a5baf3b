import { hostname } from 'node:os';
import {
  type AnnouncementOptions,
  type Announcer,
  AnnouncerError,
  createCommandSpawner,
  Command as ServiceCommand,
} from '@mdns-ambassador/announcer';
import { systemClock } from '@mdns-ambassador/mdns';
import type { Prologue } from '@mdns-ambassador/relay';
import { createAdminService } from '../../daemon/admin.ts';
import { measureRoom } from '../../daemon/announcer-host.ts';
import { createDockerAnnouncer, startDocker } from '../../daemon/docker.ts';
import { Injections } from '../../daemon/injections.ts';
import { followKeyFile } from '../../daemon/key-file.ts';
import { Lifecycle } from '../../daemon/lifecycle.ts';
import {
  createAnnouncer,
  DRAIN_TIMEOUT_MS,
  GRACE_MS,
  nameMeshService,
  openAnnouncerInjection,
  toCliError,
} from '../../daemon/local-announcer.ts';
import { Refusals } from '../../daemon/refusals.ts';
import { createSpeaker } from '../../daemon/responder.ts';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { drawAlike } from '../../machine/identity.ts';
import { readMachineIdentity } from '../../machine/machine-identity.ts';
import { readInterfaceNames } from '../../network/local-network.ts';
import { createMesh } from '../../network/mesh.ts';
import type { ResponderName } from '../../options/announce-options.ts';
import { announcerEventToFact, describeAnnouncerEvent } from '../../output/announcer-lines.ts';
import { tellFault } from '../../output/fault-lines.ts';
import { describeMissingInit } from '../../output/init-lines.ts';
import { tellNodeEvent, tellStart } from '../../output/network-lines.ts';
import { describeRegistrarEvent, registrarEventToFact } from '../../output/registrar-lines.ts';
import { createReporter, type Reporter } from '../../output/reporter.ts';
import { describeResponderEvent, responderEventToFact } from '../../output/responder-lines.ts';
import { openLog } from '../../process/log-options.ts';
import { createNotify } from '../../process/notify.ts';
import { tellStopping, waitForAbort } from '../../process/stopping.ts';
import {
  readAnnouncement,
  readResponder,
  readTargets,
  refuseShared,
  refuseSharedFolders,
  type Targets,
} from '../../requests/announce-request.ts';
import { refuseBesideDocker } from '../../requests/docker-request.ts';
import { readMeshRequest, requireEntitled } from '../../requests/mesh-request.ts';
import {
  addSharedOptions,
  listServiceRequests,
  loadConfig,
  type ServiceRequest,
} from '../../requests/service-requests.ts';
import { COMMAND_HINT } from '../../settings/flags.ts';
import type { Invocation } from '../command.ts';

/** `ambassador announce` */
export async function announceServices(invocation: Invocation): Promise<number> {
  const { surroundings, trailing } = invocation;
  const config = await loadConfig(invocation.settings);
  const settings = addSharedOptions(invocation.settings, config);
  if (settings.isSet('docker')) refuseBesideDocker(settings, trailing);
  const isDockerAlone = settings.isSet('docker') && invocation.words.length === 0 && config?.announce === undefined;
  const requests = isDockerAlone
    ? []
    : listServiceRequests({ words: invocation.words, settings }, 'announce', config?.announce);
  refuseShared(['name', 'type'], requests);
  if (trailing !== undefined && trailing.length === 0) {
    throw new CliError(
      EXIT_USAGE,
      'nothing follows "--"; write the command to run, such as -- redis-server --port 12345, or leave "--" out',
    );
  }
  const announcements = requests.map((request, index) =>
    hintAtCommand(invocation, index, () =>
      readAnnouncement(request, { hostName: hostname(), platform: surroundings.platform }),
    ),
  );
  const meshRequest = readMeshRequest(settings, surroundings.platform);
  requireEntitled(meshRequest, 'announce', announcements.map(nameMeshService));
  const mesh = createMesh(meshRequest);
  const targets = isDockerAlone ? readTargets(settings) : agreeOnTargets(requests);
  if (settings.isSet('docker') && targets.registries.length > 0) {
    throw new CliError(EXIT_USAGE, '--docker: containers are announced over mDNS alone; leave --to out');
  }
  refuseSharedFolders(
    announcements.map(({ service, type }) => ({ service, type, targets })),
    requests,
  );
  const log = openLog(settings, surroundings);
  const lifecycle = new Lifecycle(createNotify(surroundings.env, log));
  const admin = await createAdminService(settings, {
    version: surroundings.version,
    snapshot: () => ({
      phase: lifecycle.phase,
      announcements: [...announcer.status(), ...(docker?.status() ?? [])],
      services: [],
      traffic: [],
      mdns: speaker.counters(),
    }),
  });
  const reporter = createReporter(surroundings.stdout, log, settings.isSet('json'), (fact) => admin?.publish(fact));
  surroundings.faults.survive((error, count) => tellFault(reporter, error, count));
  const injections = new Injections(surroundings, reporter);
  const opened = announcements.map((planned) => openAnnouncerInjection(planned, injections));
  if (opened.some((injection) => injection !== undefined)) surroundings.shutdown.onHangup(() => injections.refresh());
  const identity = readMachineIdentity(surroundings.env, surroundings.platform);
  const refusals = new Refusals(announcements.length);
  let isStarted = false;
  const speaker = createSpeaker({
    targets,
    responder: isDockerAlone ? readResponder(settings) : agreeOnResponder(requests),
    interfaceNames: readInterfaceNames(settings, surroundings.platform),
    platform: surroundings.platform,
    env: surroundings.env,
    drawLabel: drawAlike(identity, 'announce', ...announcements.map(nameAnnouncement).toSorted()),
    onNodeEvent: (event) => {
      if (isStarted || event.kind === 'link-failed') tellNodeEvent(reporter, event, surroundings.platform);
    },
    onResponderEvent: (event) => reporter.tell(describeResponderEvent(event), responderEventToFact(event)),
    onRegistrarEvent: (event) => reporter.tell(describeRegistrarEvent(event), registrarEventToFact(event)),
  });
  const injection = ({ service, host, port }: AnnouncementOptions): readonly Prologue[] => {
    const isSame = (one: AnnouncementOptions): boolean =>
      one.service === service && one.host === host && one.port === port;
    return opened[announcements.findIndex(isSame)]?.prologues ?? [];
  };
  const room = measureRoom();
  const around = { ...speaker, injection, identity, mesh, room };
  const announcer = createAnnouncer(around, announcements, surroundings.platform, (event) => {
    const isLastWord = event.kind === 'refused' && announcements.length === 1 && docker === undefined;
    const line = isLastWord ? undefined : describeAnnouncerEvent(event, speaker.network.interfaces());
    reporter.tell(line, announcerEventToFact(event));
    if (event.kind === 'refused') refusals.add(event.error);
  });
  const docker = createDockerAnnouncer(settings, {
    publisher: speaker.publisher,
    network: speaker.network,
    reporter,
    surroundings,
    room,
  });
  let unfollow = (): void => undefined;
  try {
    await admin?.listen(reporter);
    await speaker.start();
    tellStart(reporter, speaker.network, mesh?.ids);
    isStarted = true;
    if (mesh !== undefined && meshRequest !== undefined) {
      unfollow = followKeyFile(mesh, meshRequest.path, surroundings.platform, reporter);
    }
    if (trailing !== undefined) {
      const missing = describeMissingInit(surroundings.pid, 'the command');
      if (missing !== undefined) reporter.tell(missing, { event: 'init-missing' });
      const onSignal = (signal: NodeJS.Signals): void => tellStoppingCommand(reporter, signal);
      return await runCommand(trailing, watchAnnouncer(announcer, lifecycle), refusals, onSignal, invocation);
    }
    await announcer.start();
    if (docker !== undefined) await startDocker(docker);
    lifecycle.run();
    const shutdown = waitForAbort(surroundings.shutdown.signal);
    await (docker === undefined ? Promise.race([shutdown, refusals.all]) : shutdown);
    lifecycle.stop();
    if (refusals.isEmpty) tellStopping(reporter, 'saying goodbye', surroundings.shutdown.signal);
    const isRelaying = mesh !== undefined || announcements.some(({ relay }) => relay);
    await Promise.all([
      announcer.drain({ graceMs: isRelaying ? GRACE_MS : 0, timeoutMs: DRAIN_TIMEOUT_MS }),
      docker?.drain(),
    ]);
    refusals.throwFirst();
    return EXIT_OK;
  } catch (error) {
    throw error instanceof AnnouncerError ? toCliError(error) : error;
  } finally {
    unfollow();
    await docker?.close();
    for (const one of opened) one?.close();
    await announcer.close();
    await speaker.close();
    await admin?.close();
  }
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

/** What tells it from what other processes announce. */
function nameAnnouncement({ type, instance, port }: AnnouncementOptions): string {
  return JSON.stringify([type, instance, port]);
}

/** The command starts and drains its announcer: the lifecycle follows. */
function watchAnnouncer(announcer: Announcer, lifecycle: Lifecycle): Pick<Announcer, 'start' | 'drain' | 'close'> {
  return {
    async start() {
      await announcer.start();
      lifecycle.run();
    },
    drain(options) {
      lifecycle.stop();
      return announcer.drain(options);
    },
    close: () => announcer.close(),
  };
}

/** One process announces all its services in the same places. */
function agreeOnTargets(requests: readonly ServiceRequest[]): Targets {
  const [first, ...others] = requests.map(({ settings }) => readTargets(settings));
  if (first === undefined || others.every((targets) => JSON.stringify(targets) === JSON.stringify(first))) {
    return first ?? { isMdns: true, registries: [] };
  }
  const [given] = requests.flatMap(({ settings }) => settings.find('to'));
  throw new CliError(
    given?.exitCode ?? EXIT_USAGE,
    'to: services are to be announced in different places; write the same for all, or run one command for each',
  );
}

/** One process has one responder. */
function agreeOnResponder(requests: readonly ServiceRequest[]): ResponderName {
  const [first = 'native', ...others] = new Set(requests.map(({ settings }) => readResponder(settings)));
  if (others.length > 0) {
    const [given] = requests.flatMap(({ settings }) => settings.find('responder'));
    throw new CliError(
      given?.exitCode ?? EXIT_USAGE,
      `responder: ${first} and ${others.join(', ')} are written; write the same for all services, or run one command for each`,
    );
  }
  return first;
}

/** Runs the command to its end; the signals that we get are its signals. It ends when nothing of it may be announced. */
async function runCommand(
  [command = '', ...args]: readonly string[],
  announcer: Pick<Announcer, 'start' | 'drain' | 'close'>,
  refusals: Refusals,
  onStopping: (signal: NodeJS.Signals) => void,
  { surroundings }: Invocation,
): Promise<number> {
  const service = new ServiceCommand({
    command,
    args,
    announcer,
    spawn: createCommandSpawner({
      platform: surroundings.platform,
      clock: systemClock,
      kill: process.kill.bind(process),
      environment: surroundings.env,
    }),
    clock: systemClock,
    drainGraceMs: GRACE_MS,
    drainTimeoutMs: DRAIN_TIMEOUT_MS,
  });
  let isStopping = false;
  surroundings.shutdown.delegate((signal) => {
    if (signal !== 'SIGHUP' && !isStopping) {
      isStopping = true;
      onStopping(signal);
    }
    service.signal(signal);
  });
  void refusals.all.then(() => service.signal('SIGTERM'));
  const exitCode = await service.run();
  refusals.throwFirst();
  return exitCode;
}

function tellStoppingCommand(reporter: Reporter, signal: NodeJS.Signals): void {
  reporter.tell('stopping: saying goodbye, then the command ends (once more ends it at once)', {
    event: 'stopping',
    reason: signal,
  });
}
