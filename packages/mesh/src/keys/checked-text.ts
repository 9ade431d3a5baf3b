import { createHash } from 'node:crypto';

const CHECKSUM_BYTES = 4;

/** The bytes and their checksum in base64url behind the prefix. */
export function formatChecked(prefix: string, body: Uint8Array): string {
  return prefix + Buffer.concat([body, checksum(prefix, body)]).toString('base64url');
}

/** The bytes of such a text, or what is wrong with it, which goes on after "it". `maxLength` in characters. */
export function parseChecked(prefix: string, text: string, maxLength: number): Buffer | string {
  if (!text.startsWith(prefix)) return `does not begin with ${prefix}`;
  if (text.length > maxLength || !/^[\w-]+$/.test(text)) return 'has characters that none has';
  const written = text.slice(prefix.length);
  const bytes = Buffer.from(written, 'base64url');
  const body = bytes.subarray(0, -CHECKSUM_BYTES);
  const isWhole = bytes.length > CHECKSUM_BYTES && checksum(prefix, body).equals(bytes.subarray(-CHECKSUM_BYTES));
  // The last character has bits that no byte takes up (RFC 4648 3.5).
  return isWhole && bytes.toString('base64url') === written ? body : 'is not whole: a part is missing or differs';
}

function checksum(prefix: string, body: Uint8Array): Buffer {
  return createHash('sha256').update(prefix).update(body).digest().subarray(0, CHECKSUM_BYTES);
}
