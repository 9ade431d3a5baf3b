import { normalizeInterfaceName, type OsInterfaces } from './interfaces.ts';
import type { NetworkInterface } from './network.ts';

/** 224.0.0.251 as /proc/net/igmp has it: in the byte order of the host, which is little-endian wherever Node runs on Linux but on s390x. */
const GROUP_TEXTS: readonly string[] = ['FB0000E0', 'E00000FB'];

/** Another interface on which somebody of this host has joined the group, and an IPv4 address that it alone has. */
interface RefusedInterface {
  readonly name: string;
  readonly address: string;
}

/** What a link must refuse to hear nothing but its own interface. */
export interface SealPlan {
  readonly refused: readonly RefusedInterface[];
  /** Whether that is all: false where one of them has no address of its own by which it can be named. */
  readonly isWhole: boolean;
}

/** The interfaces on which anybody of this host has joined the mDNS group, by what Linux says in /proc/net/igmp. */
export function listJoined(igmp: string): readonly string[] {
  const joined: string[] = [];
  let device = '';
  for (const line of igmp.split('\n')) {
    device = /^\d+\s+(\S+?)\s*:/.exec(line)?.[1] ?? device;
    const group = /^\s+([0-9A-F]{8})\s/.exec(line)?.[1];
    if (group !== undefined && GROUP_TEXTS.includes(group)) joined.push(device);
  }
  return joined;
}

/**
 * Linux gives what arrives on any interface to every socket that is bound to the group, unless the socket has a filter for that
 * interface. Pure.
 */
export function planSeal(on: NetworkInterface, joined: readonly string[], interfaces: OsInterfaces): SealPlan {
  const refused: RefusedInterface[] = [];
  let isWhole = true;
  for (const name of new Set(joined)) {
    if (name === on.name) continue;
    const address = findNaming(name, interfaces);
    if (address === undefined) isWhole = false;
    else refused.push({ name, address });
  }
  return { refused, isWhole };
}

/** The kernel takes an address that several have for the first of them. */
function findNaming(name: string, interfaces: OsInterfaces): string | undefined {
  const owned = Object.entries(interfaces).flatMap(([osName, addresses = []]) =>
    addresses
      .filter(({ family }) => family === 'IPv4')
      .map(({ address }) => ({ owner: normalizeInterfaceName(osName), address })),
  );
  return owned.find(
    ({ owner, address }) => owner === name && owned.every((other) => other.owner === name || other.address !== address),
  )?.address;
}
