import type { InterfaceAddress } from './network.ts';
import { isLinkLocalIpv6, parseIpv6 } from './wire/address.ts';

/** Why others are rather told of another address: it is somebody else's too, it is on its way out, or it is to be known to nobody (RFC 4862 5.4.5, 5.5.4, RFC 8981). */
export type AddressStanding = 'duplicate' | 'deprecated' | 'temporary';

/** IFA_F_* (linux/if_addr.h), the weightiest first. */
const FLAGS: readonly (readonly [bit: number, standing: AddressStanding])[] = [
  [0x08, 'duplicate'],
  [0x20, 'deprecated'],
  [0x01, 'temporary'],
];
/** `fd000000000000000000000000000001 02 40 00 80     eth0`: address, number of the interface, prefix, scope, flags, name. */
const LINE = /^([0-9a-f]{32}) \S+ \S+ \S+ ([0-9a-f]+) +(\S+)$/;

/** The addresses that the kernel says something against, by interface, of the text of /proc/net/if_inet6. */
export class AddressStandings {
  readonly #byPlace = new Map<string, AddressStanding>();

  constructor(table: string) {
    for (const line of table.split('\n')) {
      const [, hex = '', flags = '', name = ''] = LINE.exec(line.trim()) ?? [];
      const standing = FLAGS.find(([bit]) => (Number.parseInt(flags, 16) & bit) !== 0)?.[1];
      if (standing !== undefined) this.#byPlace.set(`${name} ${hex}`, standing);
    }
  }

  /** The address with its standing, if it has one. */
  mark(name: string, own: InterfaceAddress): InterfaceAddress {
    const standing = this.#byPlace.get(`${name} ${Buffer.from(parseIpv6(own.address) ?? []).toString('hex')}`);
    return standing === undefined ? own : { ...own, standing };
  }
}

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
