import { BlockList, isIPv6 } from 'node:net';
import { plainAddress } from './proxy-protocol/ip-bytes.ts';

/** Whether a literal address is in one of these networks, each `10.0.0.0/8` or a single address. Throws for what is no network. */
export function matchNetworks(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const written of networks) {
    const [network = '', bits] = written.split('/');
    const family = familyOf(network);
    if (bits === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(bits), family);
  }
  return (address) => {
    const plain = plainAddress(address);
    return list.check(plain, familyOf(plain));
  };
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIPv6(address) ? 'ipv6' : 'ipv4';
}
