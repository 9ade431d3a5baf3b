/** Groups of 16 bits that name a network of one or more hosts. */
const NETWORK_GROUPS = 4;

/**
 * Where a connection comes from as far as one host can't choose: an IPv4 address, or the /64 of an IPv6 one, of which a host takes as
 * many addresses as it likes. `fe80::` is each link's own. What is no address is itself.
 */
export function originOf(address: string): string {
  const [bare = '', zone] = address.split('%');
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(bare)?.[1];
  if (mapped !== undefined) return mapped;
  if (!bare.includes(':')) return address;
  const [head = '', tail] = bare.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = tail === undefined ? 0 : Math.max(0, NETWORK_GROUPS * 2 - before.length - after.length);
  const network = [...before, ...Array<string>(gap).fill('0'), ...after].slice(0, NETWORK_GROUPS);
  const prefix = network.map((group) => Number.parseInt(group, 16).toString(16)).join(':');
  return `${prefix}::/64${zone === undefined ? '' : `%${zone}`}`;
}
