import { askAdmin } from '../../process/admin-client.ts';
import type { RuntimeSurroundings } from '../../process/runtime-folder.ts';
import { listSockets } from '../../process/sockets.ts';
import { listObjects, readObject, readSeenInstances, type SeenInstance } from './seen-instance.ts';

/** More processes than these are not asked while a person waits. */
const MOST_ASKED = 16;

/**
 * What this user's processes know of the link, asked at once: each of what it announces and proxies, and of everything that it hears while somebody
 * looks at the picture of the network. None begins to look for this. Never rejects; takes `timeoutMs` at most.
 */
export async function askProcesses(
  surroundings: RuntimeSurroundings,
  timeoutMs: number,
): Promise<readonly SeenInstance[]> {
  const sockets = listSockets(surroundings).slice(0, MOST_ASKED);
  const questions = sockets.flatMap(({ path }) => [
    ask(path, '/v1/status', timeoutMs, readStatus),
    ask(path, '/v1/lan/known', timeoutMs, readLan),
  ]);
  return (await Promise.all(questions)).flat();
}

async function ask(
  socket: string,
  path: string,
  timeoutMs: number,
  read: (answer: Readonly<Record<string, unknown>>) => readonly SeenInstance[],
): Promise<readonly SeenInstance[]> {
  const answer = await askAdmin(socket, path, timeoutMs);
  if (answer.kind !== 'answered' || answer.status !== 200) return [];
  try {
    return read(readObject(JSON.parse(answer.body)) ?? {});
  } catch {
    return [];
  }
}

function readStatus({ announcements, services }: Readonly<Record<string, unknown>>): readonly SeenInstance[] {
  const proxied = listObjects(services).flatMap((service) => [
    service,
    ...listObjects(service.endpoints).map(({ instance }) => ({ service: service.service, instance })),
  ]);
  return readSeenInstances([...listObjects(announcements), ...proxied]);
}

function readLan({ machines }: Readonly<Record<string, unknown>>): readonly SeenInstance[] {
  return listObjects(machines).flatMap(({ services }) => readSeenInstances(services));
}
