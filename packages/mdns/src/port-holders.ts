import { MDNS_PORT } from './mdns-port.ts';
import { parseIpv4, parseIpv6 } from './wire/address.ts';

const PORT_TEXT = MDNS_PORT.toString(16).toUpperCase().padStart(4, '0');
/** Of IPv4, of IPv6, and of IPv4 as a socket of IPv6 has it (`::ffff:0.0.0.0`) in either byte order. */
const EVERY_ADDRESS = /^0+$|^0{16}(FFFF0000|0000FFFF)0{8}$/;
/** RFC 4291 2.5.5.2: before an IPv4 address that a socket of IPv6 is bound to, as that of Java is. */
const MAPPED_PREFIX: readonly number[] = [...new Array<number>(10).fill(0), 0xff, 0xff];

/** Whether one of these sockets takes what is sent to this address (without zone) and the mDNS port: bound to it, or to every address. */
export function isPortTaken(bound: readonly string[], address: string): boolean {
  const own = spellAddress(address);
  return bound.some((local) => EVERY_ADDRESS.test(local) || own.includes(local));
}

/** What sockets are bound to with the mDNS port, each once, as Linux has it in /proc/net/udp or udp6. */
export function listBound(table: string): readonly string[] {
  const bound = table.split('\n').flatMap((line) => {
    const [, local = '', port] = /^\s*\d+:\s+([0-9A-F]+):([0-9A-F]{4})\s/.exec(line) ?? [];
    return port === PORT_TEXT ? [local] : [];
  });
  return [...new Set(bound)];
}

/** As the tables have it, in words of the host's byte order: little-endian, or on s390x big-endian. */
function spellAddress(address: string): readonly string[] {
  const ipv4 = parseIpv4(address);
  if (ipv4 !== undefined) return [...spellBytes([...ipv4]), ...spellBytes([...MAPPED_PREFIX, ...ipv4])];
  return spellBytes([...(parseIpv6(address) ?? [])]);
}

function spellBytes(bytes: readonly number[]): readonly string[] {
  const orders = [Buffer.from(bytes).swap32(), Buffer.from(bytes)];
  return orders.map((ordered) => ordered.toString('hex').toUpperCase());
}
