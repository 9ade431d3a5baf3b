import { BlockList, isIPv6 } from 'node:net';
import { hostname } from 'node:os';
import {
  AnnouncerError,
  type AnnouncerEvent,
  createDockerClient,
  DockerAnnouncer,
  type Publisher,
} from '@mdns-ambassador/announcer';
import { readSystemInterfaces, type SystemNetwork, systemClock } from '@mdns-ambassador/mdns';
import type { Room } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import { EXIT_UNAVAILABLE } from '../exit/exit-codes.ts';
import { readMachineIdentity } from '../machine/machine-identity.ts';
import { announcerEventToFact, describeAnnouncerEvent } from '../output/announcer-lines.ts';
import { describeDockerEvent } from '../output/docker-lines.ts';
import type { Reporter } from '../output/reporter.ts';
import type { Surroundings } from '../process/surroundings.ts';
import { readDockerAddress } from '../requests/docker-request.ts';
import type { Settings } from '../settings/settings.ts';
import { createHost } from './announcer-host.ts';

/** How long it is known which networks this host is on. */
const NEAR_MS = 1_000;

export interface DockerContext {
  readonly publisher: Publisher;
  readonly network: SystemNetwork;
  readonly reporter: Reporter;
  readonly surroundings: Surroundings;
  readonly room: Room;
}

/** What `--docker` asks for; undefined without it. */
export function createDockerAnnouncer(settings: Settings, context: DockerContext): DockerAnnouncer | undefined {
  const { publisher, network, reporter, surroundings, room } = context;
  const address = readDockerAddress(settings, surroundings.env, surroundings.platform);
  if (address === undefined) return undefined;
  return new DockerAnnouncer({
    client: createDockerClient(address),
    hostName: hostname(),
    isNear: createNearness(),
    publisher,
    clock: systemClock,
    random: Math.random,
    identity: readMachineIdentity(surroundings.env, surroundings.platform),
    host: createHost(network, surroundings.platform, room),
    onEvent: (event: AnnouncerEvent) =>
      reporter.tell(describeAnnouncerEvent(event, network.interfaces()), announcerEventToFact(event)),
    onDockerEvent: (event) => {
      const { kind, ...fields } = event;
      reporter.tell(describeDockerEvent(event), { event: kind, ...fields });
    },
  });
}

/** Starts it; says in one sentence why there is no daemon. */
export async function startDocker(docker: DockerAnnouncer): Promise<void> {
  try {
    await docker.start();
  } catch (error) {
    if (!(error instanceof AnnouncerError)) throw error;
    throw new CliError(EXIT_UNAVAILABLE, `--docker: ${error.message}`, { cause: error });
  }
}

/** Whether an address is on one of this host's own networks: bridges of containers are, overlays are not. */
function createNearness(): (address: string) => boolean {
  let networks = new BlockList();
  let readAt = Number.NEGATIVE_INFINITY;
  return (address) => {
    const now = systemClock.now();
    if (now - readAt >= NEAR_MS) {
      readAt = now;
      networks = new BlockList();
      for (const { address: own, cidr, family, internal } of Object.values(readSystemInterfaces() ?? {}).flatMap(
        (all) => all ?? [],
      )) {
        const bits = Number(/\/(\d+)$/.exec(cidr ?? '')?.[1] ?? Number.NaN);
        if (!internal && bits > 0) networks.addSubnet(own, bits, family === 'IPv6' ? 'ipv6' : 'ipv4');
      }
    }
    return networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  };
}
