import type { Leg } from '@mdns-ambassador/relay';

/** Who was accepted. A `net.Socket`; one on a unix socket has no address. */
export interface AcceptedClient extends Leg {
  readonly remoteAddress?: string | undefined;
  readonly remotePort?: number | undefined;
}
