import type { InterfaceAddress, LinkSource, NetworkInterface } from './network.ts';
import { isLinkLocalBytes, parseIpv4, parseIpv6 } from './wire/address.ts';

/** Whether a source lies in a prefix of the interface; IPv6 link-local by its zone. */
export function isOnLink(source: LinkSource, on: NetworkInterface): boolean {
  const [literal = '', zone] = source.address.split('%');
  const bytes = parseIpv4(literal) ?? parseIpv6(literal);
  if (bytes === undefined) return false;
  if (isLinkLocalBytes(bytes)) return zone === on.name || on.addresses.some(({ scopeId }) => zone === String(scopeId));
  return on.addresses.some((own) => sharesPrefix(bytes, own));
}

/**
 * RFC 6762 11: what was sent to the group and came by the interface is from its link, whatever its source: neighbours may be in other
 * subnets. Not one that belongs to another interface of this host, and a link-local one has the zone of this. Loopback has no neighbours.
 */
export function mayBeOnLink(source: LinkSource, on: NetworkInterface, others: readonly NetworkInterface[]): boolean {
  if (isOnLink(source, on)) return true;
  if (on.loopback) return false;
  const [literal = ''] = source.address.split('%');
  const bytes = parseIpv4(literal) ?? parseIpv6(literal);
  if (bytes === undefined || isLinkLocalBytes(bytes) || isNowhere(bytes)) return false;
  return !others.some(({ addresses }) => addresses.some((own) => sharesPrefix(bytes, own)));
}

function sharesPrefix(bytes: Uint8Array, own: InterfaceAddress): boolean {
  const ownBytes = own.family === 'IPv4' ? parseIpv4(own.address) : parseIpv6(own.address);
  if (ownBytes === undefined || ownBytes.length !== bytes.length) return false;
  return ownBytes.every((byte, index) => {
    const bitsHere = Math.min(8, Math.max(0, own.prefixLength - index * 8));
    const mask = (0xff << (8 - bitsHere)) & 0xff;
    return (byte & mask) === ((bytes[index] ?? 0) & mask);
  });
}

/** Loopback, multicast, and what no host has: the kernel may not have looked. */
function isNowhere(bytes: Uint8Array): boolean {
  const [first = 0] = bytes;
  if (bytes.length === 4) return first === 0 || first === 127 || first >= 224;
  return first === 0xff || bytes.subarray(0, 15).every((byte) => byte === 0);
}
