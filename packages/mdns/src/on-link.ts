import type { InterfaceAddress, LinkSource, NetworkInterface } from './network.ts';

/**
 * RFC 6762 11: a packet is accepted only from a source on the same link. IPv4: its address lies in a prefix of the interface
 * (a socket bound to the group hears every interface). IPv6: link-local by zone, else by prefix.
 */
export function isOnLink(source: LinkSource, on: NetworkInterface): boolean {
  const [literal = '', zone] = source.address.split('%');
  const bytes = parseAddress(literal);
  if (bytes === undefined) return false;
  if (isLinkLocalIPv6(bytes)) return zone === on.name || on.addresses.some(({ scopeId }) => zone === String(scopeId));
  return on.addresses.some((own) => sharesPrefix(bytes, own));
}

function sharesPrefix(bytes: readonly number[], own: InterfaceAddress): boolean {
  const ownBytes = parseAddress(own.address);
  if (ownBytes === undefined || ownBytes.length !== bytes.length) return false;
  return ownBytes.every((byte, index) => {
    const bitsHere = Math.min(8, Math.max(0, own.prefixLength - index * 8));
    const mask = (0xff << (8 - bitsHere)) & 0xff;
    return (byte & mask) === ((bytes[index] ?? 0) & mask);
  });
}

/** fe80::/10 */
function isLinkLocalIPv6(bytes: readonly number[]): boolean {
  return bytes.length === 16 && bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80;
}

/** The 4 or 16 bytes of a literal address without zone; undefined where it is none. */
function parseAddress(literal: string): readonly number[] | undefined {
  return literal.includes(':') ? parseIPv6(literal) : parseIPv4(literal);
}

function parseIPv4(literal: string): readonly number[] | undefined {
  const parts = literal.split('.');
  if (parts.length !== 4 || !parts.every((part) => /^\d{1,3}$/.test(part) && Number(part) <= 255)) return undefined;
  return parts.map(Number);
}

function parseIPv6(literal: string): readonly number[] | undefined {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(literal);
  if (dotted !== null) {
    const [a, b, c, d] = parseIPv4(dotted[2] ?? '') ?? [];
    if (a === undefined || b === undefined || c === undefined || d === undefined) return undefined;
    return parseIPv6(`${dotted[1]}${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}`);
  }
  const halves = literal.split('::');
  if (halves.length > 2) return undefined;
  const [head = [], tail = []] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => '0'), ...tail];
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return groups.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]);
}
