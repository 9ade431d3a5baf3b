import { hostname } from 'node:os';
import { AnnouncerError, type AnnouncerEvent, createDockerClient, DockerAnnouncer } from '@mdns-ambassador/announcer';
import { readSystemInterfaces, systemClock } from '@mdns-ambassador/mdns';
import { matchNetworks } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_UNAVAILABLE } from '../exit/exit-codes.ts';
import { announcerEventToFact, describeAnnouncerEvent } from '../output/announcer-lines.ts';
import { describeDockerEvent } from '../output/docker-lines.ts';
import { toFact } from '../output/reporter.ts';
import type { PlannedContainers } from '../requests/plan.ts';
import { createHost } from './announcer-host.ts';
import type { ChosenPublishers } from './chosen-publishers.ts';
import { Part } from './part.ts';
import type { PartContext } from './part-context.ts';

/** How long it is known which networks this host is on. */
const NEAR_MS = 1_000;
/** Containers are announced over mDNS alone. */
const MDNS_ALONE = { isMdns: true, registries: [] };

/** The announcements of the containers of this host. */
export class ContainersPart extends Part {
  readonly announcer: DockerAnnouncer;

  constructor({ address, responder }: PlannedContainers, context: PartContext, publishers: ChosenPublishers) {
    const { local, reporter, surroundings, identity, room } = context;
    const chosen = publishers.take({ responder, targets: MDNS_ALONE });
    const announcer = new DockerAnnouncer({
      client: createDockerClient(address),
      hostName: hostname(),
      isNear: createNearness(),
      publisher: chosen.publisher,
      clock: systemClock,
      random: Math.random,
      identity: identity(),
      host: createHost(local.network, surroundings.platform, room),
      onEvent: (event: AnnouncerEvent) =>
        reporter.tell(describeAnnouncerEvent(event, local.network.interfaces()), announcerEventToFact(event)),
      onDockerEvent: (event) => reporter.tell(describeDockerEvent(event), toFact(event)),
    });
    super({
      async start() {
        await chosen.start();
        await startAnnouncer(announcer);
      },
      async leave(_, onGoodbye) {
        await announcer.drain();
        onGoodbye();
      },
      async close() {
        await announcer.close();
        await chosen.close();
      },
    });
    this.announcer = announcer;
  }
}

/** Starts it; says in one sentence why there is no daemon. */
async function startAnnouncer(announcer: DockerAnnouncer): Promise<void> {
  try {
    await announcer.start();
  } catch (error) {
    if (!(error instanceof AnnouncerError)) throw error;
    throw new CliError(EXIT_UNAVAILABLE, `--docker: ${error.message}`, { cause: error });
  }
}

/** Whether an address is on one of this host's own networks: bridges of containers are, overlays are not. */
function createNearness(): (address: string) => boolean {
  let isOwn = matchNetworks([]);
  let readAt = Number.NEGATIVE_INFINITY;
  return (address) => {
    const now = systemClock.now();
    if (now - readAt >= NEAR_MS) {
      readAt = now;
      const all = Object.values(readSystemInterfaces() ?? {}).flatMap((each) => each ?? []);
      isOwn = matchNetworks(
        all.flatMap(({ cidr, internal }) => (internal || cidr === null || cidr.endsWith('/0') ? [] : [cidr])),
      );
    }
    return isOwn(address);
  };
}
