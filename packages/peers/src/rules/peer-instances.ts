import type { Instance, InstanceAddress } from '@mdns-ambassador/mdns';
import type { PeerService } from './line.ts';
import type { PeerOrigin } from './table.ts';

/** Addresses of one instance, the one that its announcer's link comes from first. */
const MAX_ADDRESSES = 8;
/** Stands for an interface: what a peer says was heard on none. */
const PEER_INTERFACE = 'peer';

export interface DescribeOptions {
  /** Whoever tells has proved to be a member: what he says of addresses is taken. Else the address that his link comes from is the only one. */
  readonly isMesh: boolean;
  /** Whether an address that a member says may be dialled from here: no other machine's loopback, and none of ours. */
  readonly isUsable: (address: string, isFromThisHost: boolean) => boolean;
}

/** What the origins announce of one type (any case), with the label of the subtype where one is wanted; each name and host once. */
export function describeInstances(
  origins: readonly PeerOrigin[],
  type: string,
  subtype: string | undefined,
  options: DescribeOptions,
): readonly Instance[] {
  const instances = new Map<string, Instance>();
  for (const origin of origins.toSorted((a, b) => b.heardAt - a.heardAt)) {
    for (const service of origin.services) {
      if (!isWanted(service, type, subtype)) continue;
      const found = describeAddresses(origin, options);
      const key = JSON.stringify([service.name, service.host.toLowerCase()]);
      const known = instances.get(key);
      const addresses = joinAddresses(known?.addresses ?? [], found);
      if (addresses.length === 0) continue;
      instances.set(key, known === undefined ? describe(service, origin, addresses) : { ...known, addresses });
    }
  }
  return [...instances.values()];
}

/** Every type that is announced, in lower case. */
export function listTypes(origins: readonly PeerOrigin[]): ReadonlySet<string> {
  return new Set(origins.flatMap(({ services }) => services.map(({ type }) => type.toLowerCase())));
}

function isWanted(service: PeerService, type: string, subtype: string | undefined): boolean {
  if (service.type.toLowerCase() !== type.toLowerCase()) return false;
  return subtype === undefined || service.subtypes.some((label) => label.toLowerCase() === subtype.toLowerCase());
}

function describe(service: PeerService, { teller }: PeerOrigin, addresses: readonly InstanceAddress[]): Instance {
  const { name, type, host, port, priority, weight, txt } = service;
  return { name, type, host, port, priority, weight, txt, addresses, announcer: teller.address, source: 'peer' };
}

function describeAddresses(
  { node, teller, addresses }: PeerOrigin,
  { isMesh, isUsable }: DescribeOptions,
): readonly InstanceAddress[] {
  const isItself = teller.node === node;
  const isFromThisHost = isItself && teller.isFromThisHost;
  const own = isItself ? [teller.address] : [];
  const said = isMesh ? addresses.filter((address) => isUsable(address, isFromThisHost)) : [];
  return [...new Set([...own, ...said])].map((address) => ({
    address,
    interfaceName: PEER_INTERFACE,
    isFromThisHost,
  }));
}

function joinAddresses(
  known: readonly InstanceAddress[],
  found: readonly InstanceAddress[],
): readonly InstanceAddress[] {
  const fresh = found.filter(({ address }) => known.every((one) => one.address !== address));
  return [...known, ...fresh].slice(0, MAX_ADDRESSES);
}
