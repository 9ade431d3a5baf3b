/** Longer text from the network is cut: a name has 63 bytes at most, a TXT string 255. */
const LONGEST_TEXT = 128;

/**
 * What must not reach a terminal: controls (C0, DEL, C1), formats that turn the reading direction, lone surrogates, private
 * and unassigned characters (all in C), line and paragraph separators, and what nobody sees (zero width, tags, fillers,
 * variation selectors: default ignorable).
 */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u;

/** Text that came from the network, safe to print on one line: `\u{1b}[31m`. 128 UTF-16 units at most. */
export function escapeText(text: string): string {
  let escaped = '';
  let fitting = '';
  for (const character of text) {
    escaped += escapeCharacter(character);
    if (escaped.length > LONGEST_TEXT) return `${fitting}…`;
    if (escaped.length < LONGEST_TEXT) fitting = escaped;
  }
  return escaped;
}

function escapeCharacter(character: string): string {
  // So that an escape can't be imitated.
  if (character === '\\') return '\\\\';
  if (!UNPRINTABLE.test(character)) return character;
  return `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`;
}
