import type { NetworkInterface, SystemNetwork } from '@mdns-ambassador/mdns';

/** Every interface of this machine that is up and has an address, whether mDNS is spoken on it or not. */
export type OsNetwork = readonly (NetworkInterface & { readonly isTunnel: boolean })[];

const TUNNEL = 'VPN or tunnel';

/** Reads them anew. */
export function readOsNetwork(network: SystemNetwork): OsNetwork {
  return network.all().map(({ reason, ...one }) => ({ ...one, isTunnel: reason === TUNNEL }));
}
