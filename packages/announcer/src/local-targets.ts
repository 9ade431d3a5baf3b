import {
  type AddressFamily,
  type InterfaceAddress,
  isLinkLocalIpv6,
  listTold,
  type NetworkInterface,
} from '@mdns-ambassador/mdns';
import { LOCALHOST_ADDRESSES, type TcpTarget } from '@mdns-ambassador/relay';

import type { ServiceHost } from './service-host.ts';

/** Where to look for a service, likeliest first: loopback, then what the interfaces have. With `family` in that one alone. */
export function listServiceTargets(
  host: ServiceHost,
  port: number,
  interfaces: readonly NetworkInterface[],
  platform: string,
  family?: AddressFamily,
): readonly TcpTarget[] {
  const addresses =
    host.kind === 'any'
      ? new Set([...LOCALHOST_ADDRESSES, ...listDialableAddresses(interfaces, platform, family)])
      : new Set(host.addresses);
  return [...addresses]
    .filter((address) => family === undefined || familyOf(address) === family)
    .map((address) => ({ kind: 'tcp', address, port }));
}

/**
 * The interfaces' addresses as they are dialled from this machine: IPv4 first, then global IPv6, then link-local with its zone,
 * which Windows wants as a number. With `family` those alone.
 */
export function listDialableAddresses(
  of: readonly NetworkInterface[],
  platform: string,
  family?: AddressFamily,
): readonly string[] {
  return of
    .flatMap((one) => listTold(one.addresses).map((address) => ({ on: one.name, address })))
    .filter(({ address }) => family === undefined || address.family === family)
    .sort((a, b) => rank(a.address) - rank(b.address))
    .map(({ on, address }) =>
      isLinkLocalIpv6(address.address)
        ? `${address.address}%${platform === 'win32' ? address.scopeId : on}`
        : address.address,
    );
}

/** Of a literal, which may have a zone. */
export function familyOf(address: string): AddressFamily {
  return address.includes(':') ? 'IPv6' : 'IPv4';
}

function rank(address: InterfaceAddress): number {
  if (address.family === 'IPv4') return 0;
  return isLinkLocalIpv6(address.address) ? 2 : 1;
}
