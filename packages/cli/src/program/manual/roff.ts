/** What stands at the head of a page. */
export interface PageHead {
  /** `ambassador-proxy` */
  readonly name: string;
  readonly section: 1 | 5;
  /** Of the program. */
  readonly version: string;
  /** Half a sentence, for whatis(1). */
  readonly summary: string;
}

/** One entry of a list: a term, as roff, and paragraphs about it, as text. */
export interface ManualEntry {
  readonly term: string;
  readonly text: string;
}

/** Bytes that roff reads as something else, or would print as another character than is to be copied. */
const SPECIAL: Readonly<Record<string, string>> = {
  '\\': '\\e',
  '-': '\\-',
  "'": '\\(aq',
  '"': '\\(dq',
  '`': '\\(ga',
  '^': '\\(ha',
  '~': '\\(ti',
};

/** Text as it is to be read, within one line of roff (man(7), groff_char(7)). */
export function escapeRoff(text: string): string {
  const escaped = text
    .replaceAll(/[\\\-'"`^~]/g, (character) => SPECIAL[character] ?? character)
    .replaceAll(
      /[^\0-\x7f]/gu,
      (character) => `\\[u${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );
  return escaped.startsWith('.') ? `\\&${escaped}` : escaped;
}

export function bold(text: string): string {
  return `\\fB${escapeRoff(text)}\\fR`;
}

export function italic(text: string): string {
  return `\\fI${escapeRoff(text)}\\fR`;
}

/** `ambassador-proxy(1)` */
export function refer(name: string, section: number): string {
  return `${bold(name)}(${section})`;
}

export function writeHead({ name, section, version, summary }: PageHead): readonly string[] {
  return [
    '.\\" Made from the definitions of the commands.',
    `.TH ${escapeRoff(name.toUpperCase())} ${section} "" "ambassador ${version}" "ambassador"`,
    '.nh',
    '.ad l',
    '.SH NAME',
    `${escapeRoff(name)} \\- ${escapeRoff(lowerFirst(summary))}`,
  ];
}

/** A heading and what is under it; nothing where there is nothing. */
export function writeSection(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : [`.SH ${title}`, ...lines];
}

/** Sentences on lines of their own, as roff has them. */
export function writeText(text: string): readonly string[] {
  return text.split('\n').map(escapeRoff);
}

export function writeEntries(entries: readonly ManualEntry[]): readonly string[] {
  return entries.flatMap(({ term, text }) => ['.TP', term, ...writeText(text)]);
}

/** Lines that are shown as they are. */
export function writeVerbatim(lines: readonly string[]): readonly string[] {
  return ['.RS 4', '.nf', ...lines.map(escapeRoff), '.fi', '.RE'];
}

function lowerFirst(text: string): string {
  return /^[A-Z][a-z]/.test(text) ? `${text.slice(0, 1).toLowerCase()}${text.slice(1)}` : text;
}
