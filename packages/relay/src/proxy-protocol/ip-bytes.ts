import { isIPv4, isIPv6 } from 'node:net';

const IPV6_GROUPS = 8;
/** RFC 4291 2.5.5.2 */
const MAPPED = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i;

/** The literal without its zone, IPv4-mapped IPv6 as the IPv4 that it is. */
export function plainAddress(address: string): string {
  const [bare = ''] = address.split('%');
  return MAPPED.exec(bare)?.[1] ?? bare;
}

/** Four bytes of IPv4, sixteen of IPv6; undefined for what is neither. */
export function addressToBytes(address: string): Buffer | undefined {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  if (!isIPv6(address)) return undefined;
  const [head = '', tail] = compressIpv6(address).split('::');
  const before = readGroups(head);
  const after = readGroups(tail ?? '');
  const zeros = Array.from({ length: IPV6_GROUPS - before.length - after.length }, () => 0);
  return Buffer.from([...before, ...zeros, ...after].flatMap((group) => [group >> 8, group & 0xff]));
}

/** The IPv6 address at which an IPv4 one is reached; IPv6 as it is. */
export function mapToIpv6(bytes: Buffer): Buffer {
  return bytes.length === 16 ? bytes : Buffer.concat([Buffer.alloc(10), Buffer.from([0xff, 0xff]), bytes]);
}

/** The literal of four or sixteen bytes. */
export function bytesToAddress(bytes: Buffer): string {
  if (bytes.length === 4) return [...bytes].join('.');
  const groups = Array.from({ length: IPV6_GROUPS }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  return compressIpv6(groups.join(':'));
}

/** RFC 5952 4, all in hexadecimal. */
export function compressIpv6(address: string): string {
  return new URL(`http://[${address}]`).hostname.slice(1, -1);
}

function readGroups(text: string): readonly number[] {
  return text === '' ? [] : text.split(':').map((group) => Number.parseInt(group, 16));
}
