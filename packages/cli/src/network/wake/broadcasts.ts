import type { NetworkInterfaceInfo } from 'node:os';

/** One address of this machine. */
type OwnNetwork = Pick<NetworkInterfaceInfo, 'address' | 'netmask' | 'family' | 'internal'>;

/** A link on which everybody is reached at once. */
export interface Broadcast {
  readonly interfaceName: string;
  /** Our address there. */
  readonly from: string;
  /** The last address of its subnet. */
  readonly to: string;
}

/** Longest prefix that leaves a broadcast address (RFC 3021). */
const LONGEST_PREFIX = 30;

/** Every IPv4 subnet of this machine; `interfaces` as they are now. */
export function listBroadcasts(
  interfaces: Readonly<Record<string, readonly OwnNetwork[] | undefined>>,
): readonly Broadcast[] {
  return Object.entries(interfaces).flatMap(([interfaceName, addresses]) =>
    (addresses ?? []).flatMap(({ address, netmask, family, internal }): readonly Broadcast[] => {
      const mask = toNumber(netmask);
      if (internal || family !== 'IPv4' || countOnes(mask) > LONGEST_PREFIX) return [];
      return [{ interfaceName, from: address, to: toAddress((toNumber(address) | ~mask) >>> 0) }];
    }),
  );
}

function toNumber(address: string): number {
  return address.split('.').reduce((value, byte) => ((value << 8) | Number(byte)) >>> 0, 0);
}

function toAddress(value: number): string {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff).join('.');
}

function countOnes(mask: number): number {
  return mask.toString(2).replaceAll('0', '').length;
}
