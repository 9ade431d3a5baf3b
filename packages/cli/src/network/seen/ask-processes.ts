import type { Unknowns } from '@mdns-ambassador/relay/read-value';
import { askSockets } from '../../process/ask-sockets.ts';
import type { RuntimeSurroundings } from '../../process/runtime-folder.ts';
import { listSockets } from '../../process/sockets.ts';
import { listObjects, readSeenInstances, type SeenName } from './seen-instance.ts';

/**
 * What this user's processes know of the link, asked at once: each of what it announces and proxies, and of everything that it hears while somebody
 * looks at the picture of the network. None begins to look for this. Never rejects; takes `timeoutMs` at most.
 */
export async function askProcesses(surroundings: RuntimeSurroundings, timeoutMs: number): Promise<readonly SeenName[]> {
  const sockets = listSockets(surroundings);
  const [statuses, lans] = await Promise.all([
    askSockets(sockets, '/v1/status', timeoutMs),
    askSockets(sockets, '/v1/lan/known', timeoutMs),
  ]);
  return [...statuses.flatMap(readStatus), ...lans.flatMap(readLan)];
}

function readStatus({ announcements, services }: Unknowns): readonly SeenName[] {
  const proxied = listObjects(services).flatMap((service) => [
    service,
    ...listObjects(service.endpoints).map(({ instance }) => ({ service: service.service, instance })),
  ]);
  return readSeenInstances([...listObjects(announcements), ...proxied]);
}

function readLan({ machines }: Unknowns): readonly SeenName[] {
  return listObjects(machines).flatMap(({ services }) => readSeenInstances(services));
}
