const IPV4_BYTES = 4;
const IPV6_GROUPS = 8;
/** RFC 4291 2.5.5.2: `::ffff:0:0/96`. */
const MAPPED_PREFIX_GROUPS = 5;

/** Four bytes as dotted decimal. */
export function formatIpv4(bytes: Uint8Array): string {
  return `${bytes[0]}.${bytes[1]}.${bytes[2]}.${bytes[3]}`;
}

/** Sixteen bytes as RFC 5952 writes them; an IPv4-mapped address in mixed notation (RFC 5952 5): `::ffff:10.0.0.1`. */
export function formatIpv6(bytes: Uint8Array): string {
  const groups: number[] = [];
  for (let at = 0; at < 2 * IPV6_GROUPS; at += 2) groups.push(((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
  if (groups.slice(0, MAPPED_PREFIX_GROUPS).every((group) => group === 0) && groups[MAPPED_PREFIX_GROUPS] === 0xffff) {
    return `::ffff:${formatIpv4(bytes.subarray(12))}`;
  }
  const gap = findLongestZeroRun(groups);
  const text = (part: readonly number[]): string => part.map((group) => group.toString(16)).join(':');
  // RFC 5952 4.2.2: one zero group alone is not shortened.
  if (gap.length < 2) return text(groups);
  return `${text(groups.slice(0, gap.start))}::${text(groups.slice(gap.start + gap.length))}`;
}

/** The four bytes of a dotted decimal; undefined when it is none. */
export function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.');
  if (parts.length !== IPV4_BYTES) return undefined;
  const bytes = new Uint8Array(IPV4_BYTES);
  for (const [at, part] of parts.entries()) {
    if (!/^\d{1,3}$/.test(part) || Number(part) > 255) return undefined;
    bytes[at] = Number(part);
  }
  return bytes;
}

/** `fe80::1` of `fe80::1%eth0`. */
export function withoutZone(address: string): string {
  const zoneAt = address.indexOf('%');
  return zoneAt === -1 ? address : address.slice(0, zoneAt);
}

/** Whether an IPv6 literal, also with a zone, is of fe80::/10 (RFC 4291 2.5.6): it means nothing without its link. */
export function isLinkLocalIpv6(address: string): boolean {
  const bytes = address.includes(':') ? parseIpv6(withoutZone(address)) : undefined;
  return bytes !== undefined && isLinkLocalBytes(bytes);
}

/** The same of the bytes of an address. */
export function isLinkLocalBytes(bytes: Uint8Array): boolean {
  return bytes.length === 2 * IPV6_GROUPS && bytes[0] === 0xfe && ((bytes[1] ?? 0) & 0xc0) === 0x80;
}

/** The sixteen bytes of an IPv6 literal without zone; undefined when it is none. */
export function parseIpv6(text: string): Uint8Array | undefined {
  const halves = text.split('::');
  if (halves.length > 2) return undefined;
  const head = parseGroups(halves[0] ?? '', halves.length === 1);
  const tail = halves.length === 2 ? parseGroups(halves[1] ?? '', true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = IPV6_GROUPS - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const bytes = new Uint8Array(2 * IPV6_GROUPS);
  for (const [at, group] of [...head, ...new Array<number>(missing).fill(0), ...tail].entries()) {
    bytes[2 * at] = group >> 8;
    bytes[2 * at + 1] = group & 0xff;
  }
  return bytes;
}

function parseGroups(text: string, mayEndInIpv4: boolean): number[] | undefined {
  if (text === '') return [];
  const groups: number[] = [];
  const parts = text.split(':');
  for (const [at, part] of parts.entries()) {
    if (mayEndInIpv4 && at === parts.length - 1 && part.includes('.')) {
      const [a = 0, b = 0, c = 0, d = 0] = parseIpv4(part) ?? [];
      if (parseIpv4(part) === undefined) return undefined;
      groups.push((a << 8) | b, (c << 8) | d);
    } else if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16));
    } else {
      return undefined;
    }
  }
  return groups;
}

/** The first of the longest runs (RFC 5952 4.2.3). */
function findLongestZeroRun(groups: readonly number[]): { start: number; length: number } {
  let longest = { start: 0, length: 0 };
  let start = 0;
  for (let at = 0; at <= groups.length; at++) {
    if (groups[at] === 0) continue;
    if (at - start > longest.length) longest = { start, length: at - start };
    start = at + 1;
  }
  return longest;
}
