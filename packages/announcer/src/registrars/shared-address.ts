import {
  type AddressFamily,
  type InterfaceAddress,
  isLinkLocalIpv6,
  listTold,
  type NetworkInterface,
} from '@mdns-ambassador/mdns';
import { isLoopback } from '@mdns-ambassador/relay';

/** Under which address others reach this machine. */
export interface SharedAddress {
  readonly address: string;
  readonly interfaceName: string;
}

/**
 * The first address that means the same to everybody: IPv4, else IPv6 beyond the link, of these interfaces (absent: of all), in
 * their order. Never loopback's. With `family` one of that. Undefined where there is none.
 */
export function findSharedAddress(
  interfaces: readonly NetworkInterface[],
  names: readonly string[] | undefined,
  family?: AddressFamily,
): SharedAddress | undefined {
  const usable = interfaces
    .filter(({ name, loopback }) => !loopback && names?.includes(name) !== false)
    .flatMap(({ name, addresses }) =>
      listTold(addresses.filter((own) => isShared(own) && (family === undefined || own.family === family))).map(
        (own) => ({ own, name }),
      ),
    );
  const best = usable.find(({ own }) => own.family === 'IPv4') ?? usable[0];
  return best === undefined ? undefined : { address: best.own.address, interfaceName: best.name };
}

/** RFC 3927, RFC 4291 2.5.6: a link-local address means nothing without its link; many have the same. */
function isShared({ address, family }: InterfaceAddress): boolean {
  return !isLoopback(address) && (family === 'IPv4' ? !address.startsWith('169.254.') : !isLinkLocalIpv6(address));
}
