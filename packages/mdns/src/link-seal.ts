import { normalizeInterfaceName, type OsInterfaces } from './interfaces.ts';

/** 224.0.0.251 as /proc/net/igmp has it: in the byte order of the host, which is little-endian wherever Node runs on Linux but on s390x. */
const GROUP_TEXTS: readonly string[] = ['FB0000E0', 'E00000FB'];

/** No host sends from there, and no kernel takes it: a filter that lets it alone pass lets nobody pass. */
export const NOBODY = '255.255.255.255';

/** Its number, which the kernel gave it when it was made, and its name. */
const DEVICE_LINE = /^(\d+)\s+(\S+?)\s*:/;

/** An interface on which somebody of this host has joined the group. */
export interface JoinedInterface {
  readonly name: string;
  /** An IPv4 address that it alone has; undefined: none. The kernel takes an address that several have for the first of them. */
  readonly address: string | undefined;
}

/** Another one, by the address that names it. */
export interface RefusedInterface {
  readonly name: string;
  readonly address: string;
}

/** What a socket must refuse to hear nothing but its own interfaces. */
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
    device = DEVICE_LINE.exec(line)?.[2] ?? device;
    const group = /^\s+([0-9A-F]{8})\s/.exec(line)?.[1];
    if (group !== undefined && GROUP_TEXTS.includes(group)) joined.push(device);
  }
  return joined;
}

/** The number of each interface, by the same words. */
export function listIndices(igmp: string): ReadonlyMap<string, number> {
  const lines = igmp.split('\n').map((line) => DEVICE_LINE.exec(line));
  return new Map(lines.flatMap((match) => (match === null ? [] : [[match[2] ?? '', Number(match[1])] as const])));
}

/** Finds the addresses by which these interfaces can be named. Pure. */
export function nameJoined(joined: readonly string[], interfaces: OsInterfaces): readonly JoinedInterface[] {
  const owners = new Map<string, Set<string>>();
  const owned = Object.entries(interfaces).flatMap(([osName, addresses = []]) => {
    const owner = normalizeInterfaceName(osName);
    return addresses.filter(({ family }) => family === 'IPv4').map(({ address }) => ({ owner, address }));
  });
  for (const { owner, address } of owned) owners.set(address, (owners.get(address) ?? new Set()).add(owner));
  const named = new Map<string, string>();
  for (const { owner, address } of owned) {
    if (owners.get(address)?.size === 1 && !named.has(owner)) named.set(owner, address);
  }
  return [...new Set(joined)].map((name) => ({ name, address: named.get(name) }));
}

/**
 * Linux gives what arrives on any interface to every socket that is bound to the group, unless the socket has a filter for that
 * interface. `names`: of the interfaces that are to be heard. Pure.
 */
export function planSeal(names: readonly string[], joined: readonly JoinedInterface[]): SealPlan {
  const others = joined.filter(({ name }) => !names.includes(name));
  const refused = others.flatMap(({ name, address }) => (address === undefined ? [] : [{ name, address }]));
  return { refused, isWhole: refused.length === others.length };
}
