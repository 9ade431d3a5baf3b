import type { Txt } from '@mdns-ambassador/mdns';
import { isObject, isPort, isRank, isTextUpTo, readList, readTextUpTo } from '@mdns-ambassador/relay/read-value';
import type { PeerService } from './line.ts';

/** RFC 6763 4.1.1, RFC 1035 2.3.4. */
const MAX_LABEL_BYTES = 63;
const MAX_NAME_LENGTH = 255;
/** RFC 6763 7. */
const TYPE = /^_[a-z0-9-]{1,15}\._(?:tcp|udp)$/i;
const MAX_SUBTYPES = 8;
/** RFC 6763 6.1 and 6.4: a string of a TXT record, and printable ASCII without `=` for a key. */
const MAX_PAIR_BYTES = 255;
const MAX_PAIRS = 64;
const MAX_TXT_BYTES = 1_300;
const KEY = /^[\x20-\x3c\x3e-\x7e]+$/;

const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Ready for `JSON.stringify`; a TXT value as CONTRACT 2 has it, in pairs, as no key is special in them. */
export function describeService({ txt, ...service }: PeerService): object {
  return { ...service, txt: [...txt].map(([key, value]) => [key, value === true ? true : describeBytes(value)]) };
}

/** Undefined for what could not have been announced by mDNS. */
export function readService(value: unknown): PeerService | undefined {
  if (!isObject(value)) return undefined;
  const { name, type, subtypes, host, port, priority, weight, txt } = value;
  if (!isTextUpTo(name, MAX_NAME_LENGTH) || name === '' || encoder.encode(name).length > MAX_LABEL_BYTES) {
    return undefined;
  }
  if (typeof type !== 'string' || !TYPE.test(type)) return undefined;
  if (!isTextUpTo(host, MAX_NAME_LENGTH) || host === '') return undefined;
  if (!isPort(port) || !isRank(priority) || !isRank(weight)) return undefined;
  const labels = readList(subtypes ?? [], MAX_SUBTYPES, readTextUpTo(MAX_LABEL_BYTES));
  const pairs = readTxt(txt);
  if (labels === undefined || pairs === undefined) return undefined;
  return { name, type, subtypes: labels, host, port, priority, weight, txt: pairs };
}

function readTxt(value: unknown): Txt | undefined {
  const pairs = readList(value, MAX_PAIRS, readPair);
  if (pairs === undefined) return undefined;
  const txt = new Map<string, Uint8Array | true>();
  const seen = new Set<string>();
  let bytes = 0;
  for (const [key, text] of pairs) {
    // RFC 6763 6.4: keys compare without case, and the first counts.
    if (seen.has(key.toLowerCase())) continue;
    seen.add(key.toLowerCase());
    const length = key.length + (text === true ? 0 : 1 + text.length);
    bytes += 1 + length;
    if (length > MAX_PAIR_BYTES || bytes > MAX_TXT_BYTES) return undefined;
    txt.set(key, text);
  }
  return txt;
}

function readPair(value: unknown): readonly [string, Uint8Array | true] | undefined {
  if (!Array.isArray(value)) return undefined;
  const [key, text]: readonly unknown[] = value;
  if (!isTextUpTo(key, MAX_PAIR_BYTES) || !KEY.test(key)) return undefined;
  if (text === true) return [key, true];
  if (isTextUpTo(text, MAX_PAIR_BYTES)) return [key, encoder.encode(text)];
  const bytes = isObject(text) ? readBase64(text.base64) : undefined;
  return bytes === undefined ? undefined : [key, bytes];
}

function describeBytes(bytes: Uint8Array): string | { readonly base64: string } {
  try {
    return decoder.decode(bytes);
  } catch {
    return { base64: btoa(String.fromCharCode(...bytes)) };
  }
}

function readBase64(value: unknown): Uint8Array | undefined {
  if (!isTextUpTo(value, 2 * MAX_PAIR_BYTES)) return undefined;
  try {
    return Uint8Array.from(atob(value), (character) => character.charCodeAt(0));
  } catch {
    return undefined;
  }
}
