import type { AddressStanding, InterfaceAddress } from './network.ts';
import { parseIpv6 } from './wire/address.ts';

/** IFA_F_* (linux/if_addr.h), the weightiest first. */
const FLAGS: readonly (readonly [bit: number, standing: AddressStanding])[] = [
  [0x08, 'duplicate'],
  [0x20, 'deprecated'],
  [0x01, 'temporary'],
];
/** `fd000000000000000000000000000001 02 40 00 80     eth0`: address, number of the interface, prefix, scope, flags, name. */
const LINE = /^([0-9a-f]{32}) \S+ \S+ \S+ ([0-9a-f]+) +(\S+)$/;

/** Of the text of /proc/net/if_inet6: gives an address of an interface, by its name, the standing that the kernel says, if it says one. */
export function readStandings(table: string): (name: string, own: InterfaceAddress) => InterfaceAddress {
  const byPlace = new Map<string, AddressStanding>();
  for (const line of table.split('\n')) {
    const [, hex = '', flags = '', name = ''] = LINE.exec(line.trim()) ?? [];
    const standing = FLAGS.find(([bit]) => (Number.parseInt(flags, 16) & bit) !== 0)?.[1];
    if (standing !== undefined) byPlace.set(`${name} ${hex}`, standing);
  }
  if (byPlace.size === 0) return (_, own) => own;
  return (name, own) => {
    const standing = byPlace.get(`${name} ${Buffer.from(parseIpv6(own.address) ?? []).toString('hex')}`);
    return standing === undefined ? own : { ...own, standing };
  };
}
