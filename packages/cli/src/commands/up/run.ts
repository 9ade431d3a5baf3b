import { hostname } from 'node:os';
import { resolve } from 'node:path';
import { LoopLag } from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import { KeptListeners } from '@mdns-ambassador/relay';
import { parseConfig, readConfigText } from '../../config/read-config.ts';
import { createAdminService } from '../../daemon/admin.ts';
import { measureRoom } from '../../daemon/announcer-host.ts';
import { Injections } from '../../daemon/injections.ts';
import { followKeyFile } from '../../daemon/key-file.ts';
import { Lifecycle } from '../../daemon/lifecycle.ts';
import { nameMeshService } from '../../daemon/local-announcer.ts';
import { Pace } from '../../daemon/pace.ts';
import { AnnouncementPart, type PartContext, ProxyPart } from '../../daemon/parts.ts';
import { createCheckTools } from '../../daemon/proxied.ts';
import { Roster } from '../../daemon/roster.ts';
import { watchFile } from '../../daemon/watch-file.ts';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_CONFIG, EXIT_OK, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { drawAlike } from '../../machine/identity.ts';
import { readMachineIdentity } from '../../machine/machine-identity.ts';
import { createLocalNetwork, readInterfaceNames, startNode } from '../../network/local-network.ts';
import { createMesh } from '../../network/mesh.ts';
import { checkSourceFiles } from '../../network/source-files.ts';
import { usesMdns } from '../../network/sources.ts';
import { createConnectionLog } from '../../output/connection-log.ts';
import { tellFault } from '../../output/fault-lines.ts';
import { tellMode, tellNodeEvent, tellStart } from '../../output/network-lines.ts';
import { createReporter, type Reporter } from '../../output/reporter.ts';
import { openLog } from '../../process/log-options.ts';
import { createNotify } from '../../process/notify.ts';
import { listPassedSockets } from '../../process/passed-sockets.ts';
import { tellStopping, waitForAbort } from '../../process/stopping.ts';
import type { Surroundings } from '../../process/surroundings.ts';
import { type MeshRequest, readMeshRequest, requireEntitled } from '../../requests/mesh-request.ts';
import { listChangedKeys, type PlacedService, type Plan, type PlannedProxy, readPlan } from '../../requests/plan.ts';
import { addSharedOptions } from '../../requests/service-requests.ts';
import type { Settings } from '../../settings/settings.ts';
import type { Invocation } from '../command.ts';
import { describePlan, planToJson } from './plan-lines.ts';

const DEFAULT_FILE = './ambassador.yaml';
/** Between two readings of the file. */
const RELOAD_INTERVAL_MS = 500;

/** `ambassador up` */
export async function runUp(invocation: Invocation): Promise<number> {
  const { surroundings, settings } = invocation;
  refuseWords(invocation);
  const file = settings.read('config', (text) => text) ?? DEFAULT_FILE;
  const first = readFilePlan(file, readConfigText(file), settings, surroundings);
  await checkSourceFiles(first.plan.proxy.map(({ origins }) => origins));
  if (settings.isSet('dry-run')) {
    const { plan } = first;
    if (settings.isSet('json')) surroundings.stdout.json(planToJson(plan));
    else for (const line of describePlan(plan)) surroundings.stdout.line(line);
    return EXIT_OK;
  }
  const { shared, mesh: meshRequest } = first;
  const mesh = createMesh(meshRequest);
  const log = openLog(shared, surroundings);
  const lifecycle = new Lifecycle(createNotify(surroundings.env, log));
  let isNodeStarted = false;
  const admin = await createAdminService(shared, {
    version: surroundings.version,
    snapshot: () => ({
      phase: lifecycle.phase,
      announcements: announced.parts.flatMap(({ announcer }) => announcer.status()),
      services: proxied.parts.flatMap(({ ambassador }) => ambassador.status()),
      traffic: proxied.parts.flatMap(({ ambassador }) => ambassador.traffic()),
      mdns: isNodeStarted ? local.node.counters : undefined,
    }),
  });
  const reporter = createReporter(surroundings.stdout, log, shared.isSet('json'), (fact) => admin?.publish(fact));
  surroundings.faults.survive((error, count) => tellFault(reporter, error, count));
  const identity = readMachineIdentity(surroundings.env, surroundings.platform);
  const local = createLocalNetwork(
    readInterfaceNames(shared, surroundings.platform),
    surroundings.platform,
    (event) => {
      if (isNodeStarted || event.kind === 'link-failed') tellNodeEvent(reporter, event, surroundings.platform);
    },
    { drawLabel: drawAlike(identity, 'up', resolve(file)) },
  );
  const reportConnections = shared.isSet('log-connections');
  const lag = new LoopLag(systemClock);
  const injections = new Injections(surroundings, reporter);
  const listeners = new KeptListeners();
  const context: PartContext = {
    injections,
    local,
    log,
    reporter,
    platform: surroundings.platform,
    reportConnections,
    checkTools: createCheckTools(surroundings),
    room: measureRoom(),
    listeners,
    identity,
    mesh,
    observers: {
      lag: () => lag.current(),
      onDial: admin?.observeDial,
      onConnection: reportConnections ? createConnectionLog(surroundings.logStream) : undefined,
    },
  };
  const announced = new Roster(
    (entry: PlacedService) => new AnnouncementPart(entry, context),
    (part, entry) => part.change(entry),
  );
  const proxied = new Roster((entry: PlannedProxy) => new ProxyPart(entry, context));

  /** Brings the plan about; what it could not start. */
  const follow = async ({ announce, proxy }: Plan): Promise<readonly CliError[]> => {
    if (
      !isNodeStarted &&
      (announce.some(({ targets }) => targets.isMdns) || proxy.some(({ origins }) => usesMdns(origins)))
    ) {
      await startNode(local);
      isNodeStarted = true;
      tellStart(reporter, local.network, mesh?.ids);
    } else if (lifecycle.phase === 'starting') tellMode(reporter, mesh?.ids);
    const letGo = listeners.keep(proxy.flatMap(({ engine, listen }) => (engine.kind === 'node' ? listen : [])));
    const changes = await Promise.all([announced.apply(announce), proxied.apply(proxy)]).finally(letGo);
    if (lifecycle.phase === 'running') tellReloaded(reporter, file, changes);
    return changes.flatMap(({ errors }) => errors);
  };

  /** What was read last, right or wrong: it is not read twice unless asked for. */
  let lastText = first.text;
  let isAsked = false;
  const reload = async (): Promise<void> => {
    const wasAsked = isAsked;
    isAsked = false;
    try {
      const text = readConfigText(file, 'again');
      if (text === lastText && !wasAsked) return;
      lastText = text;
      const next = readFilePlan(file, text, settings, surroundings);
      for (const key of listChangedKeys(first.plan, next.plan)) {
        reporter.tell(`${key} in ${file} takes effect at the next start`, { event: 'restart-needed', file, key });
      }
      for (const error of await follow(next.plan)) tellFailure(reporter, file, error, 'not started');
    } catch (error) {
      if (!(error instanceof CliError)) throw error;
      tellFailure(reporter, file, error, 'not reloaded, what was before goes on');
    }
  };
  const pace = new Pace(systemClock, RELOAD_INTERVAL_MS, reload);
  let unwatch = (): void => undefined;
  let unfollow = (): void => undefined;
  try {
    surroundings.shutdown.onHangup(() => {
      isAsked = true;
      injections.refresh();
      if (lifecycle.phase === 'running') pace.request();
    });
    await admin?.listen(reporter);
    const [failure] = await follow(first.plan);
    if (failure !== undefined) throw failure;
    lifecycle.run();
    if (mesh !== undefined && meshRequest !== undefined) {
      unfollow = followKeyFile(mesh, meshRequest.path, surroundings.platform, reporter);
    }
    unwatch = watchFile(
      file,
      systemClock,
      () => pace.request(),
      (reason) => {
        log.warn({ file, reason }, 'the file is not watched (any more): SIGHUP makes it be read again');
      },
    );
    // What came while it started.
    pace.request();
    await waitForAbort(surroundings.shutdown.signal);
    lifecycle.stop();
    unwatch();
    tellStopping(reporter, 'saying goodbye, connections may finish', surroundings.shutdown.signal);
    await pace.close();
    await Promise.all([announced.stop(), proxied.stop()]);
    return EXIT_OK;
  } finally {
    unwatch();
    unfollow();
    lag.close();
    await pace.close();
    await Promise.all([announced.close(), proxied.close()]);
    await local.node.close();
    await admin?.close();
  }
}

interface FilePlan {
  readonly text: string;
  readonly plan: Plan;
  /** The settings that all services share. */
  readonly shared: Settings;
  readonly mesh: MeshRequest | undefined;
}

function readFilePlan(file: string, text: string, settings: Settings, { platform }: Surroundings): FilePlan {
  const config = parseConfig(file, text);
  const plan = readPlan(file, config, settings, { hostName: hostname(), platform });
  const shared = addSharedOptions(settings, config);
  const mesh = readMeshRequest(shared, platform);
  if (mesh !== undefined) refuseForeignEngines(plan.proxy);
  requireEntitled(mesh, 'announce', plan.announce.map(nameMeshService));
  requireEntitled(
    mesh,
    'proxy',
    plan.proxy.map(({ service }) => service),
  );
  return { text, plan, shared, mesh };
}

function refuseForeignEngines(proxies: readonly PlannedProxy[]): void {
  const foreign = proxies.find(({ engine }) => engine.kind !== 'node');
  if (foreign === undefined) return;
  throw new CliError(
    EXIT_CONFIG,
    `engine ${foreign.engine.kind} of ${foreign.service} can't shake hands with a mesh; write engine: node, or leave mesh out`,
  );
}

function refuseWords({ words, surroundings }: Invocation): void {
  const [word] = words;
  if (word !== undefined) {
    throw new CliError(
      EXIT_USAGE,
      `up takes no services, and "${word}" is one; write it in the file, or use announce or proxy`,
    );
  }
  if (listPassedSockets(surroundings.env, process.pid).length > 0) {
    throw new CliError(
      EXIT_CONFIG,
      'systemd passed sockets, and up opens its own; remove Sockets= from the unit, or use proxy',
    );
  }
}

function tellReloaded(
  reporter: Reporter,
  file: string,
  changes: readonly {
    readonly kept: number;
    readonly changed: number;
    readonly added: number;
    readonly removed: number;
  }[],
): void {
  const count = (key: 'kept' | 'changed' | 'added' | 'removed'): number =>
    changes.reduce((sum, change) => sum + change[key], 0);
  const counts = { kept: count('kept'), changed: count('changed'), added: count('added'), removed: count('removed') };
  const { kept, changed, added, removed } = counts;
  const line = `reloaded ${file}: ${kept} unchanged, ${changed} changed, ${added} added, ${removed} removed`;
  reporter.tell(line, { event: 'reloaded', file, ...counts });
}

function tellFailure(reporter: Reporter, file: string, { message }: CliError, what: string): void {
  reporter.tell(`${what}: ${message}`, { event: 'reload-failed', file, reason: message });
}
