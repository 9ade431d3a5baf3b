import type { InterfaceAddress, LinkSource, NetworkInterface } from './network.ts';
import { parseIpv4, parseIpv6 } from './wire/address.ts';

/**
 * RFC 6762 11: a packet is accepted only from a source on the same link. IPv4: its address lies in a prefix of the interface
 * (a socket bound to the group hears every interface). IPv6: link-local by zone, else by prefix.
 */
export function isOnLink(source: LinkSource, on: NetworkInterface): boolean {
  const [literal = '', zone] = source.address.split('%');
  const bytes = parseIpv4(literal) ?? parseIpv6(literal);
  if (bytes === undefined) return false;
  if (isLinkLocalIPv6(bytes)) return zone === on.name || on.addresses.some(({ scopeId }) => zone === String(scopeId));
  return on.addresses.some((own) => sharesPrefix(bytes, own));
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

/** fe80::/10 */
function isLinkLocalIPv6(bytes: Uint8Array): boolean {
  return bytes.length === 16 && bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80;
}
