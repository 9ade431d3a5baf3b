import { escapeUnprintable } from '@mdns-ambassador/admin/printable';

/** Longer text from the network is cut: a name has 63 bytes at most, a TXT string 255. */
const LONGEST_TEXT = 128;

/**
 * Text that came from the network, safe to print within one line: `\u{1b}[31m`. 128 UTF-16 units at most. The printer lets nothing
 * unprintable through by itself; this also cuts, and keeps an escape from being imitated.
 */
export function escapeText(text: string): string {
  let escaped = '';
  let fitting = '';
  for (const character of text) {
    escaped += character === '\\' ? '\\\\' : escapeUnprintable(character);
    if (escaped.length > LONGEST_TEXT) return `${fitting}…`;
    if (escaped.length < LONGEST_TEXT) fitting = escaped;
  }
  return escaped;
}
