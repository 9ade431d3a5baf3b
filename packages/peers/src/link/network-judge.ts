import { BlockList, isIP } from 'node:net';
import type { NetworkInterface } from '@mdns-ambassador/mdns';
import { isLoopback, matchNetworks, stripZone } from '@mdns-ambassador/relay';
import type { AddressJudge } from '../address-judge.ts';

/** The network around an address that a person named is one that was meant: a /24, or a /64. */
const NAMED_BITS = { ipv4: 24, ipv6: 64 } as const;
const MAX_NAMED = 64;

export interface NetworkJudgeOptions {
  readonly isMesh: boolean;
  /** Those that are announced and browsed on. */
  readonly interfaces: () => readonly NetworkInterface[];
  /** All of this machine, without zone. */
  readonly ownAddresses: () => ReadonlySet<string>;
  /** What is named, as far as it is an address and no name. */
  readonly named: readonly string[];
  /** Never anybody's: multicast, where clouds hand out credentials ... */
  readonly isDialable: (address: string) => boolean;
}

/**
 * Who is let in and dialled. In open mode who is on a link, as mDNS has it, and who is in the network of somebody that a person named; in a mesh
 * anybody, as he has to prove that he is a member.
 */
export function createNetworkJudge(options: NetworkJudgeOptions): AddressJudge {
  const { isMesh, interfaces, ownAddresses, named, isDialable } = options;
  const meant = new BlockList();
  const noted = new Set<string>();
  const noteNamed = (address: string): void => {
    const bare = stripZone(address);
    if (noted.has(bare) || noted.size >= MAX_NAMED || isLoopback(bare)) return;
    noted.add(bare);
    if (isIP(bare) === 4) meant.addSubnet(bare, NAMED_BITS.ipv4, 'ipv4');
    else if (isIP(bare) === 6) meant.addSubnet(bare, NAMED_BITS.ipv6, 'ipv6');
  };
  for (const address of named) noteNamed(address);
  const isOwn = (address: string): boolean => isLoopback(address) || ownAddresses().has(stripZone(address));
  const isNear = (address: string): boolean => {
    const bare = stripZone(address);
    const family = isIP(bare) === 6 ? 'ipv6' : 'ipv4';
    if (isIP(bare) === 0) return false;
    return meant.check(bare, family) || matchNetworks(listPrefixes(interfaces()))(bare);
  };
  return {
    isOwn,
    noteNamed,
    mayLink: (address) => isOwn(address) || isNear(address),
    mayDial: (address, teller) => {
      const bare = stripZone(address);
      // What is loopback or has a zone means something else at the teller.
      if (isIP(bare) === 0 || isLoopback(bare) || address.includes('%') || isLinkLocal(bare)) return false;
      return isDialable(address) && (isMesh || isNear(address) || stripZone(teller) === bare);
    },
    isUsable: (address, isFromThisHost) => {
      const bare = stripZone(address);
      if (isIP(bare) === 0 || isLoopback(bare) || isLinkLocal(bare) || !isDialable(address)) return false;
      return isFromThisHost || !isOwn(address);
    },
  };
}

function listPrefixes(interfaces: readonly NetworkInterface[]): readonly string[] {
  const addresses = interfaces.flatMap((one) => (one.loopback ? [] : one.addresses));
  return addresses.flatMap(({ address, prefixLength }) => (isIP(address) === 0 ? [] : [`${address}/${prefixLength}`]));
}

/** fe80::/10 */
function isLinkLocal(bare: string): boolean {
  return /^fe[89ab]/i.test(bare);
}
