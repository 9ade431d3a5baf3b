import { isLoopback, stripZone } from '@mdns-ambassador/relay';
import { type Cidr, isInNetworks, parseCidr } from './address-policy.ts';

/** What is nearer has the lower number. */
export const DISTANCES = { machine: 0, subnet: 1, beyond: 2 } as const;

/** RFC 4291 2.5.6: whoever has such an address is on a link of ours. */
const LINK_LOCAL = { cidr: 'fe80::/10', internal: false };

/** One address of this machine, as `os.networkInterfaces` tells. */
interface OwnPrefix {
  readonly address: string;
  /** Its prefix, `10.0.0.5/24`; null where the mask is none. */
  readonly cidr: string | null;
  readonly internal: boolean;
}

/**
 * How far an endpoint is by its nearest address: on this machine, in a subnet of one of its interfaces (link-local is), or beyond.
 * `interfaces`: of this machine now.
 */
export function measureFrom(
  interfaces: Readonly<Record<string, readonly OwnPrefix[] | undefined>>,
): (endpoint: { readonly addresses: readonly string[] }) => number {
  const all = Object.values(interfaces).flatMap((addresses) => addresses ?? []);
  const own = new Set(all.map(({ address }) => stripZone(address)));
  const networks = [LINK_LOCAL, ...all].flatMap(({ cidr, internal }): readonly Cidr[] =>
    internal || cidr === null ? [] : [parseCidr(cidr)],
  );
  const measure = (address: string): number => {
    const literal = stripZone(address);
    if (own.has(literal) || isLoopback(literal)) return DISTANCES.machine;
    return isInNetworks(literal, networks) ? DISTANCES.subnet : DISTANCES.beyond;
  };
  return ({ addresses }) => Math.min(DISTANCES.beyond, ...addresses.map(measure));
}
