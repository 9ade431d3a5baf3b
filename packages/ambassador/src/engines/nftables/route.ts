import { BlockList } from 'node:net';
import { networkInterfaces } from 'node:os';
import { findSourceAddress, isLoopback } from '@mdns-ambassador/relay';

/** The interface by which an IPv4 address is reached; `local` where that is this machine, undefined where there is no way. */
export async function findInterface(address: string): Promise<{ readonly name: string } | 'local' | undefined> {
  const found = await findSourceAddress(address);
  if ('code' in found) return undefined;
  const from = found.source;
  if (from === address || isLoopback(from)) return 'local';
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    if (addresses.some((own) => own.address === from)) return { name: interfaceOf(name) };
  }
  return undefined;
}

/** The interface by which an IPv4 address is reached, where it is of a subnet of that; undefined beyond a router, and on this machine. */
export async function findLink(address: string): Promise<string | undefined> {
  const way = await findInterface(address);
  if (way === undefined || way === 'local') return undefined;
  const subnets = new BlockList();
  for (const [name, addresses = []] of Object.entries(networkInterfaces())) {
    if (interfaceOf(name) !== way.name) continue;
    for (const { family, cidr } of addresses) {
      const [own = '', bits] = cidr?.split('/') ?? [];
      if (family === 'IPv4' && own !== '') subnets.addSubnet(own, Number(bits), 'ipv4');
    }
  }
  return subnets.check(address, 'ipv4') ? way.name : undefined;
}

/** `eth0:1` is an address of eth0. */
function interfaceOf(name: string): string {
  return name.replace(/:.*$/, '');
}
