import type { Leg } from '@mdns-ambassador/relay';

/** An accepted client: a `net.Socket`, which has no address on a unix socket. */
export interface AcceptedClient extends Leg {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}
