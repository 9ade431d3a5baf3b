import type { Socket } from 'node:net';
import type { SystemNetwork } from '@mdns-ambassador/mdns';
import { errorCode, type Listener, listen } from '@mdns-ambassador/relay';
import { JOIN_PORT } from './join-place.ts';
import { isServedAt } from './served-addresses.ts';

/** Beside those that are answered. */
const MAX_CONNECTIONS = 32;
const NO_IPV6_CODES: readonly string[] = ['EAFNOSUPPORT', 'EADDRNOTAVAIL'];

/** Where machines are received that come to join. */
export interface JoinPort {
  readonly port: number;
  /** Accepts no more. Idempotent. */
  close(): Promise<void>;
}

/**
 * Listens at this port, {@link JOIN_PORT} unless said, in both families, at the interfaces that are announced on. Rejects where it can't be had, with
 * EADDRINUSE where another has it.
 */
export async function openJoinPort(
  network: Pick<SystemNetwork, 'interfaces'>,
  onSocket: (socket: Socket) => void,
  wanted: number = JOIN_PORT,
): Promise<JoinPort> {
  const receive = (socket: Socket): void => {
    socket.on('error', () => undefined);
    if (isServedAt(network.interfaces(), socket.localAddress ?? '')) onSocket(socket);
    else socket.destroy();
  };
  const listenAt = (address: string, port: number): Promise<Listener> =>
    listen({ at: { kind: 'tcp', address, port }, maxConnections: MAX_CONNECTIONS, onConnection: receive });
  const ipv4 = await listenAt('0.0.0.0', wanted);
  const port = ipv4.address.kind === 'tcp' ? ipv4.address.port : wanted;
  const ipv6 = await listenAt('::', port).catch(async (error: unknown) => {
    if (NO_IPV6_CODES.includes(errorCode(error)) || errorCode(error) === 'EADDRINUSE') return undefined;
    await ipv4.stop();
    throw error;
  });
  return { port, close: async () => void (await Promise.all([ipv4.stop(), ipv6?.stop()])) };
}
