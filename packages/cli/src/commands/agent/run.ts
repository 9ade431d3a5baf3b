import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { createMdnsSource, FeedServer, MAX_FEED_READERS } from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import { errorCode, isWindowsPipe, type Listener, listen, RelayError } from '@mdns-ambassador/relay';
import { createAdminService } from '../../daemon/admin.ts';
import { measureRoom } from '../../daemon/announcer-host.ts';
import { createDockerAnnouncer, startDocker } from '../../daemon/docker.ts';
import { Lifecycle } from '../../daemon/lifecycle.ts';
import { CliError } from '../../exit/cli-error.ts';
import { EXIT_OK, EXIT_REFUSED, EXIT_USAGE } from '../../exit/exit-codes.ts';
import { drawAlike } from '../../machine/identity.ts';
import { readMachineIdentity } from '../../machine/machine-identity.ts';
import { createLocalNetwork, readInterfaceNames, startNode } from '../../network/local-network.ts';
import { tellFault } from '../../output/fault-lines.ts';
import { describeFeedEvent } from '../../output/feed-lines.ts';
import { tellNodeEvent, tellStart } from '../../output/network-lines.ts';
import { describeRefusal } from '../../output/refused-lines.ts';
import { createReporter } from '../../output/reporter.ts';
import { openLog } from '../../process/log-options.ts';
import { createNotify } from '../../process/notify.ts';
import { tellStopping, waitForAbort } from '../../process/stopping.ts';
import { type AgentRequest, readAgentRequest } from '../../requests/agent-request.ts';
import { readAllowedCidrs } from '../../requests/allowed-cidrs.ts';
import { addSharedOptions, loadConfig } from '../../requests/service-requests.ts';
import type { Invocation } from '../command.ts';

/** `ambassador agent` */
export async function runAgent(invocation: Invocation): Promise<number> {
  const { surroundings } = invocation;
  const [word] = invocation.words;
  if (word !== undefined) {
    throw new CliError(EXIT_USAGE, `agent takes no services, and "${word}" is one; leave it out`);
  }
  const settings = addSharedOptions(invocation.settings, await loadConfig(invocation.settings));
  if (settings.find('mesh-key-file').length > 0) {
    throw new CliError(
      EXIT_REFUSED,
      '--mesh-key-file: an agent tells what it hears, also of strangers; give the key to each proxy that reads from it, and leave it out here',
    );
  }
  const request = readAgentRequest(settings);
  const allowed = readAllowedCidrs(settings);
  const interfaceNames = readInterfaceNames(settings, surroundings.platform);
  const log = openLog(settings, surroundings);
  const lifecycle = new Lifecycle(createNotify(surroundings.env, log));
  const admin = await createAdminService(settings, {
    version: surroundings.version,
    snapshot: () => ({
      phase: lifecycle.phase,
      announcements: docker?.status() ?? [],
      services: [],
      traffic: [],
      mdns: local.node.counters,
    }),
  });
  const reporter = createReporter(surroundings.stdout, log, settings.isSet('json'), (fact) => admin?.publish(fact));
  surroundings.faults.survive((error, count) => tellFault(reporter, error, count));
  let isStarted = false;
  const local = createLocalNetwork(
    interfaceNames,
    surroundings.platform,
    (event) => {
      if (isStarted || event.kind === 'link-failed') tellNodeEvent(reporter, event, surroundings.platform);
    },
    {
      withBridges: true,
      ...(settings.isSet('docker')
        ? { drawLabel: drawAlike(readMachineIdentity(surroundings.env, surroundings.platform), 'agent') }
        : {}),
    },
  );
  const room = measureRoom();
  const feed = new FeedServer({
    clock: systemClock,
    places: Math.min(MAX_FEED_READERS, room.places),
    createSource: ({ service, where, instance }) =>
      createMdnsSource({
        service,
        type: `_${service}._tcp`,
        browser: local.node,
        interfaces: () => local.network.interfaces(),
        ownAddresses: () => local.network.ownAddresses(),
        allowed,
        clock: systemClock,
        where,
        ...(instance === undefined ? {} : { instance }),
        onRefused: (refused) => log.warn({ ...refused }, `instance not used: ${describeRefusal(refused)}`),
      }),
    onEvent: (event) => {
      const { kind, ...fields } = event;
      reporter.tell(describeFeedEvent(event), { event: kind, ...fields });
    },
  });
  const docker = createDockerAnnouncer(settings, {
    publisher: local.node,
    network: local.network,
    reporter,
    surroundings,
    room,
  });
  let listener: Listener | undefined;
  try {
    await admin?.listen(reporter);
    await startNode(local);
    tellStart(reporter, local.network);
    isStarted = true;
    listener = await openSocket(request, feed);
    if (docker !== undefined) await startDocker(docker);
    reporter.tell(`serving what is on the network at ${request.at.path}`, { event: 'serving', at: request.at.path });
    lifecycle.run();
    await waitForAbort(surroundings.shutdown.signal);
    lifecycle.stop();
    tellStopping(reporter, 'saying goodbye', surroundings.shutdown.signal);
    await docker?.drain();
    return EXIT_OK;
  } finally {
    await listener?.stop();
    await feed.close();
    await docker?.close();
    await local.node.close();
    await admin?.close();
  }
}

/** The folder is made, for all to enter; the socket is opened to others only once it is there. */
async function openSocket({ at, mode }: AgentRequest, feed: FeedServer): Promise<Listener> {
  try {
    const isFile = !isWindowsPipe(at.path);
    if (isFile) mkdirSync(dirname(at.path), { recursive: true, mode: 0o755 });
    const listener = await listen({
      at,
      // The feed itself shows out who is too many.
      maxConnections: Number.POSITIVE_INFINITY,
      onConnection: (socket) => feed.serve(socket),
    });
    if (isFile) chmodSync(at.path, mode);
    return listener;
  } catch (error) {
    const isForbidden = ['EACCES', 'EPERM', 'EROFS'].includes(errorCode(error));
    const message = error instanceof RelayError ? error.message : `${at.path}: ${errorCode(error)}`;
    throw new CliError(isForbidden ? EXIT_REFUSED : EXIT_USAGE, `--socket: ${message}`, { cause: error });
  }
}
