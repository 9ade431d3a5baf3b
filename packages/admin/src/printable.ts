/**
 * What must not reach a terminal or a page as it is: controls (C0, DEL, C1), formats that turn the reading direction, lone surrogates,
 * private and unassigned characters (all in C), line and paragraph separators, and what nobody sees (zero width, tags, fillers, variation
 * selectors: default ignorable). V8 takes milliseconds to make it, and mostly there is nothing to look for.
 */
const unprintable = (): RegExp => /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;
/** Nearly every text: no need to look at it closely. */
const PLAIN = /^[\x20-\x7e]*$/;

/** The same text on one line, without what {@link unprintable} says: `\u{1b}[31m`. */
export function escapeUnprintable(text: string): string {
  if (PLAIN.test(text)) return text;
  return text.replace(unprintable(), (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** JSON on one line, of which a terminal shows every character. Reads back as the same value. */
export function stringifyPrintably(value: object): string {
  return escapeJson(JSON.stringify(value));
}

/** The same JSON text, safe to print: no character within its strings is unprintable. Its end of line is one more to escape. */
export function escapeJson(json: string): string {
  if (PLAIN.test(json)) return json;
  return json.replace(unprintable(), (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}
