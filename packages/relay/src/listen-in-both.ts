import { type Listener, listen, type Receiver } from './listen.ts';
import { errorCode } from './relay-error.ts';

const ANY_IPV4 = '0.0.0.0';
const ANY_IPV6 = '::';

/** A port at which this process listens, at all addresses of both families. */
export interface OpenPort {
  readonly port: number;
  /** Accepts no more. Idempotent. */
  close(): Promise<void>;
}

/**
 * Listens at this port, or at one that is free for 0. Where this machine has no IPv6, and where IPv6 fails with a code of `dispensable`, at IPv4 alone.
 * Rejects as `listen` does, and listens nowhere then.
 */
export async function listenInBoth(
  port: number,
  receiver: Receiver,
  dispensable: readonly string[] = [],
): Promise<OpenPort> {
  const listenAt = (address: string, at: number): Promise<Listener> =>
    listen({ ...receiver, at: { kind: 'tcp', address, port: at } });
  const ipv4 = await listenAt(ANY_IPV4, port);
  const bound = ipv4.address.kind === 'tcp' ? ipv4.address.port : port;
  const ipv6 = await listenAt(ANY_IPV6, bound).catch(async (error: unknown) => {
    if (isAbsentAddress(error) || dispensable.includes(errorCode(error))) return undefined;
    await ipv4.stop();
    throw error;
  });
  return { port: bound, close: async () => void (await Promise.all([ipv4.stop(), ipv6?.stop()])) };
}

/** Whether this machine has not the address, or has no such family at all. */
export function isAbsentAddress(error: unknown): boolean {
  return ['EADDRNOTAVAIL', 'EAFNOSUPPORT'].includes(errorCode(error));
}
