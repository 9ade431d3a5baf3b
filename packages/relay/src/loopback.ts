import { BlockList, isIP } from 'node:net';

/** RFC 1122 3.2.1.3, RFC 4291 2.5.3. An IPv4 address within an IPv6 one counts as what it is (RFC 4291 2.5.5.2). */
const LOOPBACK = new BlockList();
LOOPBACK.addSubnet('127.0.0.0', 8, 'ipv4');
LOOPBACK.addAddress('::1', 'ipv6');

/** What `localhost` is (RFC 6761 6.3), IPv4 first. */
export const LOCALHOST_ADDRESSES: readonly string[] = ['127.0.0.1', '::1'];

/** Where this machine itself reaches what listens at all its addresses of a family. */
export const LOOPBACK_OF_ANY: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '::1' };

/** Whether only programs of this machine reach a literal address, however it is spelled. False for what is no address. */
export function isLoopback(address: string): boolean {
  const literal = stripZone(address);
  const family = isIP(literal);
  return family !== 0 && LOOPBACK.check(literal, family === 4 ? 'ipv4' : 'ipv6');
}

/** `fe80::1` of `fe80::1%eth0`. */
export function stripZone(address: string): string {
  return address.replace(/%.*$/, '');
}
