/** Longer text from the network is cut. */
const LONGEST_TEXT = 256;
/** What a page must not show as it is: controls, formats that turn the reading direction, what nobody sees. */
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/gu;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text that may come from the network, safe between tags and in quoted attributes. */
export function escapeHtml(text: string): string {
  const cut = text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return cut
    .replace(UNPRINTABLE, (character) => `\\u{${character.codePointAt(0)?.toString(16) ?? ''}}`)
    .replace(/[&<>"']/g, (character) => ENTITIES[character] ?? '');
}
