import type { InterfaceAddress } from './network.ts';
import { isLinkLocalIpv6 } from './wire/address.ts';

/**
 * The addresses of an interface that others are told of: those that last. Where none of them leads beyond the link, all that are
 * this host's alone.
 */
export function listTold(addresses: readonly InterfaceAddress[]): readonly InterfaceAddress[] {
  const lasting = addresses.filter(({ standing }) => standing === undefined);
  return lasting.some(({ address }) => !isLinkLocalIpv6(address))
    ? lasting
    : addresses.filter(({ standing }) => standing !== 'duplicate');
}
