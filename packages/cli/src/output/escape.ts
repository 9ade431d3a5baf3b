import { escapeUnprintable } from '@mdns-ambassador/admin/printable';

/** Longer text from the network is cut: a name has 63 bytes at most, a TXT string 255. */
const LONGEST_TEXT = 128;
/** A sentence of ours about what the network said names several things, and ends with what to do. */
const LONGEST_SENTENCE = 512;

/**
 * Text that came from the network, safe to print within one line: `\u{1b}[31m`. 128 UTF-16 units at most. The printer lets nothing
 * unprintable through by itself; this also cuts, and keeps an escape from being imitated.
 */
export function escapeText(text: string): string {
  return escapeWithin(text, LONGEST_TEXT);
}

/** The same for why something failed, which is a sentence of ours that may hold words of the network: 512 units at most. */
export function escapeSentence(text: string): string {
  return escapeWithin(text, LONGEST_SENTENCE);
}

function escapeWithin(text: string, longest: number): string {
  let escaped = '';
  let fitting = '';
  for (const character of text) {
    escaped += character === '\\' ? '\\\\' : escapeUnprintable(character);
    if (escaped.length > longest) return `${fitting}…`;
    if (escaped.length < longest) fitting = escaped;
  }
  return escaped;
}
