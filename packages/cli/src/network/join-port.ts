import type { Socket } from 'node:net';
import type { SystemNetwork } from '@mdns-ambassador/mdns';
import { listenInBoth, type OpenPort } from '@mdns-ambassador/relay';
import { JOIN_PORT } from './join-place.ts';
import { isServedAt } from './served-addresses.ts';

/** Beside those that are answered. */
const MAX_CONNECTIONS = 32;

/**
 * Listens at this port, {@link JOIN_PORT} unless said, in both families, at the interfaces that are announced on. Rejects where it can't be had, with
 * EADDRINUSE where another has it.
 */
export function openJoinPort(
  network: Pick<SystemNetwork, 'interfaces'>,
  onSocket: (socket: Socket) => void,
  wanted: number = JOIN_PORT,
): Promise<OpenPort> {
  const receive = (socket: Socket): void => {
    socket.on('error', () => undefined);
    if (isServedAt(network.interfaces(), socket.localAddress ?? '')) onSocket(socket);
    else socket.destroy();
  };
  return listenInBoth(wanted, { maxConnections: MAX_CONNECTIONS, onConnection: receive }, ['EADDRINUSE']);
}
