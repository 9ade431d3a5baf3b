import { createSocket } from 'node:dgram';
import { isIP } from 'node:net';
import { stripZone } from './loopback.ts';

/** Discard (RFC 863). Nothing is sent: connecting a UDP socket asks the kernel for the route alone. */
const NO_PORT = 9;

/** The own address, without zone, that the kernel would send from to another, or why there is none. Never rejects. */
export type FindSourceAddress = (address: string) => Promise<{ readonly source: string } | { readonly code: string }>;

export const findSourceAddress: FindSourceAddress = async (address) => {
  const socket = createSocket(isIP(stripZone(address)) === 6 ? 'udp6' : 'udp4');
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.connect(NO_PORT, address, (error?: Error) => (error ? reject(error) : resolve()));
    });
    return { source: stripZone(socket.address().address) };
  } catch (error) {
    return { code: error instanceof Error && 'code' in error ? String(error.code) : 'unknown' };
  } finally {
    socket.close();
  }
};
