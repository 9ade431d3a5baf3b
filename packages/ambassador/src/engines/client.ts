import type { ClientLeg } from '@mdns-ambassador/relay';

/** An accepted client: a `net.Socket`, which has no address on a unix socket. */
export type AcceptedClient = ClientLeg;
