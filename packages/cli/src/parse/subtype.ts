import { Buffer } from 'node:buffer';
import { InvalidValue } from '../exit/cli-error.ts';

/** A subtype's identifier, `printer` or `_printer` (RFC 6763 7.1): one label of 1-63 bytes. */
export function parseSubtype(text: string): string {
  const label = text.startsWith('_') ? text : `_${text}`;
  if (text === '' || text === '_' || /[\p{Cc}.]/u.test(text) || Buffer.byteLength(label) > 63) {
    throw new InvalidValue(
      `"${text}" is no subtype; write one word of at most 62 bytes without a dot, such as replica`,
    );
  }
  return label;
}
