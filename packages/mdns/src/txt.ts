import { MdnsError } from './mdns-error.ts';
import { MAX_STRING_BYTES } from './wire/limits.ts';

/** The key/value pairs of a TXT record (RFC 6763 6): a value is bytes, `true` a key without value. Keys keep their case. */
export type Txt = ReadonlyMap<string, Uint8Array | true>;

const EQUALS = 0x3d;
/** RFC 6763 6.4: printable US-ASCII without `=`. */
const KEY = /^[\x20-\x3c\x3e-\x7e]+$/;

/**
 * The pairs of a TXT record's strings (RFC 6763 6.4): of a key that is repeated, in whatever case, the first counts; a string
 * without `=` is a key without value; one without a key, or with a key that is not printable ASCII, is ignored.
 */
export function parseTxt(strings: readonly Uint8Array[]): Txt {
  const txt = new Map<string, Uint8Array | true>();
  const seen = new Set<string>();
  for (const string of strings) {
    const equals = string.indexOf(EQUALS);
    const key = String.fromCharCode(...(equals === -1 ? string : string.subarray(0, equals)));
    if (!KEY.test(key) || seen.has(key.toLowerCase())) continue;
    seen.add(key.toLowerCase());
    txt.set(key, equals === -1 ? true : string.slice(equals + 1));
  }
  return txt;
}

export function isSameTxt(a: Txt, b: Txt): boolean {
  return a.size === b.size && [...a].every(([key, value]) => isSameValue(value, b.get(key)));
}

function isSameValue(a: Uint8Array | true, b: Uint8Array | true | undefined): boolean {
  if (a === true || b === true || b === undefined) return a === b;
  return a.length === b.length && a.every((byte, at) => byte === b[at]);
}

/**
 * The strings of a TXT record; a single empty one when there are no pairs (RFC 6763 6.1). Throws an {@link MdnsError} for a key
 * that is empty, not printable ASCII or holds a `=`, and for a pair of more than 255 bytes.
 */
export function encodeTxt(txt: Txt): readonly Uint8Array[] {
  const strings = [...txt].map(([key, value]) => encodePair(key, value));
  return strings.length === 0 ? [new Uint8Array(0)] : strings;
}

function encodePair(key: string, value: Uint8Array | true): Uint8Array {
  if (!KEY.test(key)) {
    throw new MdnsError(
      'bad-txt-key',
      `The TXT key ${JSON.stringify(key)} is not printable ASCII without "="; rename it.`,
    );
  }
  const length = key.length + (value === true ? 0 : 1 + value.length);
  if (length > MAX_STRING_BYTES) {
    throw new MdnsError('txt-too-long', `The TXT pair "${key}" takes ${length} bytes; shorten it to 255.`);
  }
  const bytes = new Uint8Array(length);
  for (let at = 0; at < key.length; at++) bytes[at] = key.charCodeAt(at);
  if (value !== true) {
    bytes[key.length] = EQUALS;
    bytes.set(value, key.length + 1);
  }
  return bytes;
}
