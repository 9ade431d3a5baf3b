import { parseObject, type Unknowns } from '@mdns-ambassador/relay/read-value';
import { type AdminAnswer, askAdmin } from './admin-client.ts';
import type { SocketPlace } from './sockets.ts';

/** More processes than these are not asked while a person waits. */
const MOST_ASKED = 16;

/**
 * What processes say at one path of CONTRACT 3, asked at once: the objects of those that answer in time that all is well. Of more than 16 the first are
 * asked. Never rejects; takes `timeoutMs` at most.
 */
export async function askSockets(
  sockets: readonly SocketPlace[],
  path: string,
  timeoutMs: number,
): Promise<readonly Unknowns[]> {
  const asked = sockets.slice(0, MOST_ASKED).map((socket) => askAdmin(socket.path, path, timeoutMs));
  return (await Promise.all(asked)).map(readSaid).filter((said) => said !== undefined);
}

/** Undefined where it is no object, or the process says that something is amiss. */
export function readSaid(answer: AdminAnswer): Unknowns | undefined {
  return answer.kind === 'answered' && answer.status === 200 ? parseObject(answer.body) : undefined;
}
