import { createSystemHost, type Host } from '@mdns-ambassador/announcer';
import type { SystemNetwork } from '@mdns-ambassador/mdns';
import { connectionLimit, fileLimit } from '@mdns-ambassador/relay';

/** The machine that this process runs on, as announcers see it. */
export function createHost(network: SystemNetwork, platform: NodeJS.Platform): Host {
  return createSystemHost({
    platform,
    environment: process.env,
    kill: (pid, signal) => process.kill(pid, signal),
    interfaces: () => network.interfaces(),
    maxConnections: connectionLimit(fileLimit(process)),
  });
}
