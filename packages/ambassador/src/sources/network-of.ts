import { parseCidr } from './address-policy.ts';

/**
 * The network that an address is in, as far as its text tells: 10.98.77.0/24 of 10.98.77.5, a /64 of an IPv6 address for sites. Of one
 * that is anybody's in the world, the address alone. Throws an AmbassadorError for what is no address.
 */
export function guessNetwork(address: string): string {
  const { network } = parseCidr(address);
  const range = network.range();
  if (range === 'private') return `${address.split('.').slice(0, 3).join('.')}.0/24`;
  if (range === 'uniqueLocal' && 'parts' in network) {
    return `${network.parts
      .slice(0, 4)
      .map((part) => part.toString(16))
      .join(':')}::/64`;
  }
  return address;
}
