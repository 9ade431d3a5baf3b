import { MDNS_PORT } from './mdns-port.ts';
import { parseIpv4, parseIpv6 } from './wire/address.ts';

const PORT_TEXT = MDNS_PORT.toString(16).toUpperCase().padStart(4, '0');
const WORD_BYTES = 4;

/**
 * Whether a socket of this host takes what is sent to this address (without zone) and the mDNS port: one that is bound to it, or to every
 * address. By what Linux says in /proc/net/udp and udp6, in that order.
 */
export function isPortTaken(tables: readonly string[], address: string): boolean {
  const own = spellAddress(address);
  return tables.some((table) => listLocal(table).some((local) => /^0+$/.test(local) || own.includes(local)));
}

/** The addresses that sockets are bound to with the mDNS port. */
function listLocal(table: string): readonly string[] {
  return table.split('\n').flatMap((line) => {
    const [, local = '', port] = /^\s*\d+:\s+([0-9A-F]+):([0-9A-F]{4})\s/.exec(line) ?? [];
    return port === PORT_TEXT ? [local] : [];
  });
}

/** As the tables have it, in words of the host's byte order: little-endian, or on s390x big-endian. */
function spellAddress(address: string): readonly string[] {
  const bytes = [...(parseIpv4(address) ?? parseIpv6(address) ?? [])];
  const words = Array.from({ length: bytes.length / WORD_BYTES }, (_, at) =>
    bytes.slice(at * WORD_BYTES, (at + 1) * WORD_BYTES),
  );
  return [words.map((word) => word.toReversed()), words].map((all) =>
    all
      .flat()
      .map((byte) => byte.toString(16).padStart(2, '0'))
      .join('')
      .toUpperCase(),
  );
}
