import { type InterfaceAddress, isLinkLocalIpv6, type NetworkInterface } from '@mdns-ambassador/mdns';
import { LOCALHOST_ADDRESSES, type Target } from '@mdns-ambassador/relay';
import type { ServiceHost } from './service-host.ts';

export type TcpTarget = Extract<Target, { kind: 'tcp' }>;

/** Where to look for a service, likeliest first: loopback, then what the interfaces have. */
export function listServiceTargets(
  host: ServiceHost,
  port: number,
  interfaces: readonly NetworkInterface[],
  platform: string,
): readonly TcpTarget[] {
  if (host.kind !== 'any') return host.addresses.map((address) => ({ kind: 'tcp', address, port }));
  const addresses = new Set(LOCALHOST_ADDRESSES);
  for (const address of listDialableAddresses(interfaces, platform)) addresses.add(address);
  return [...addresses].map((address) => ({ kind: 'tcp', address, port }));
}

/**
 * The interfaces' addresses as they are dialled from this machine: IPv4 first, then global IPv6, then link-local with its zone,
 * which Windows wants as a number.
 */
export function listDialableAddresses(of: readonly NetworkInterface[], platform: string): readonly string[] {
  return of
    .flatMap((one) => one.addresses.map((address) => ({ on: one.name, address })))
    .sort((a, b) => rank(a.address) - rank(b.address))
    .map(({ on, address }) =>
      isLinkLocalIpv6(address.address)
        ? `${address.address}%${platform === 'win32' ? address.scopeId : on}`
        : address.address,
    );
}

function rank(address: InterfaceAddress): number {
  if (address.family === 'IPv4') return 0;
  return isLinkLocalIpv6(address.address) ? 2 : 1;
}
