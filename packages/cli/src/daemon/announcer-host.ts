import { createSystemHost, type Host } from '@mdns-ambassador/announcer';
import type { SystemNetwork } from '@mdns-ambassador/mdns';
import { connectionLimit, fileLimit, Room } from '@mdns-ambassador/relay';

/** What this process has room for; all that it proxies and announces shares one. */
export function measureRoom(): Room {
  return new Room(connectionLimit(fileLimit(process)));
}

/** The machine that this process runs on, as announcers see it. */
export function createHost(network: SystemNetwork, platform: NodeJS.Platform, room: Room): Host {
  return createSystemHost({
    platform,
    environment: process.env,
    kill: (pid, signal) => process.kill(pid, signal),
    interfaces: () => network.interfaces(),
    room,
  });
}
