import type { Txt } from './txt.ts';

/** Text as a string, bytes that are no UTF-8 in base64, `true` for a key without value (CONTRACT 2). */
export type TxtJson = string | true | { readonly base64: string };

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** The text of a value, its key compared without case (RFC 6763 6.4); undefined where absent, valueless or no UTF-8. */
export function readTxtText(txt: Txt, key: string): string | undefined {
  const wanted = key.toLowerCase();
  const [, value] = [...txt].find(([name]) => name.toLowerCase() === wanted) ?? [];
  return value === undefined || value === true ? undefined : decode(value);
}

/** TXT data, ready for `JSON.stringify`. */
export function txtToJson(txt: Txt): Readonly<Record<string, TxtJson>> {
  // Not an assignment: `__proto__` is a key like any other.
  return Object.fromEntries([...txt].map(([key, value]) => [key, value === true ? true : bytesToJson(value)]));
}

function bytesToJson(bytes: Uint8Array): TxtJson {
  return decode(bytes) ?? { base64: Buffer.from(bytes).toString('base64') };
}

function decode(bytes: Uint8Array): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
