import { Buffer } from 'node:buffer';
import type { Txt } from '@mdns-ambassador/mdns';
import { InvalidValue } from '../exit/cli-error.ts';

/** A TXT string has one length byte (RFC 6763 6.1). */
const LONGEST_STRING = 255;
/** Of the 1300 bytes that fit one packet (RFC 6763 6.2); what the announcer writes itself takes 176, with the two keys of a mesh and the port for peers. */
const LONGEST_TOGETHER = 1_124;
/** Keys that the announcer writes itself (CONTRACT 4). */
const RESERVED_KEYS: ReadonlySet<string> = new Set([
  'txtvers',
  'id',
  'st',
  'peer',
  'mesh',
  'mac',
  'mesh-prev',
  'mac-prev',
]);

/** The `--txt` options in order: `path=/api`, or a key alone (RFC 6763 6.4). */
export function parseTxt(texts: readonly string[]): Txt {
  const txt = new Map<string, Uint8Array | true>();
  const seen = new Set<string>();
  let size = 0;
  for (const text of texts) {
    const equals = text.indexOf('=');
    const key = equals < 0 ? text : text.slice(0, equals);
    if (!/^[\x20-\x3c\x3e-\x7e]+$/.test(key)) {
      throw new InvalidValue(`"${text}" has no key; write KEY=VALUE with a key of printable ASCII, such as path=/api`);
    }
    const keyInLowerCase = key.toLowerCase();
    if (RESERVED_KEYS.has(keyInLowerCase)) {
      throw new InvalidValue(
        `"${key}" is written by ambassador itself; use another key than ${[...RESERVED_KEYS].join(', ')}`,
      );
    }
    if (seen.has(keyInLowerCase)) throw new InvalidValue(`"${key}" is given twice; write each key once`);
    const bytes = Buffer.byteLength(text);
    if (bytes > LONGEST_STRING) {
      throw new InvalidValue(`"${key}" has ${bytes} bytes with its value; shorten it to ${LONGEST_STRING}`);
    }
    size += bytes + 1;
    if (size > LONGEST_TOGETHER) {
      throw new InvalidValue(
        `the keys and values come to more than ${LONGEST_TOGETHER} bytes; shorten or drop "${key}"`,
      );
    }
    seen.add(keyInLowerCase);
    txt.set(key, equals < 0 ? true : new Uint8Array(Buffer.from(text.slice(equals + 1))));
  }
  return txt;
}
