/** Beside a longer command there is no room for what it does. */
const LONGEST_BESIDE = 46;
const LEAST_ROOM_BESIDE = 24;
const INDENT = '  ';
const CONTINUED = '    ';
const UNDER = '      ';

/** A command line, and what it does. */
export type Example = readonly [line: string, what: string];

/** An option or a command as it is typed, and what it is. */
export type TableRow = readonly [term: string, text: string];

/** Two columns; where the second has little room, it stands under the first. */
export function formatTable(rows: readonly TableRow[], width: number): string {
  const column = INDENT.length + Math.max(0, ...rows.map(([term]) => term.length)) + INDENT.length;
  const room = width - column;
  return rows
    .flatMap(([term, text]) =>
      room >= LEAST_ROOM_BESIDE
        ? layBeside(`${INDENT}${term}`.padEnd(column), breakText(text, room))
        : [`${INDENT}${term}`, ...breakText(text, width - UNDER.length).map((line) => UNDER + line)],
    )
    .join('\n');
}

/**
 * Examples for people who copy them: a command is never broken but where a shell goes on, with `\`. What it does stands beside it, or
 * under it where it is long. No line is longer than `width` unless one word is.
 */
export function formatExamples(examples: readonly Example[], width: number): string {
  const short = examples.map(([line]) => line.length).filter((length) => length <= LONGEST_BESIDE);
  const column = INDENT.length + Math.max(0, ...short) + INDENT.length;
  return examples
    .flatMap(([line, what]) =>
      line.length <= LONGEST_BESIDE && width - column >= LEAST_ROOM_BESIDE
        ? layBeside(`${INDENT}${line}`.padEnd(column), breakText(what, width - column))
        : [...breakCommand(line, width), ...breakText(what, width - UNDER.length).map((text) => UNDER + text)],
    )
    .join('\n');
}

function layBeside(left: string, [first = '', ...others]: readonly string[]): readonly string[] {
  return [left + first, ...others.map((text) => ' '.repeat(left.length) + text)];
}

/** Broken before an option alone: no example has one within quotes. */
function breakCommand(line: string, width: number): readonly string[] {
  const room = width - CONTINUED.length - ' \\'.length;
  const rows = fill(line.split(/ (?=--? ?\w)/), room);
  return rows.map((row, index) => (index === 0 ? INDENT : CONTINUED) + row + (index < rows.length - 1 ? ' \\' : ''));
}

export function breakText(text: string, room: number): readonly string[] {
  return fill(text.split(' '), room);
}

function fill(words: readonly string[], room: number): readonly string[] {
  const rows: string[] = [];
  for (const word of words) {
    const last = rows.at(-1);
    if (last === undefined || last.length + 1 + word.length > room) rows.push(word);
    else rows[rows.length - 1] = `${last} ${word}`;
  }
  return rows;
}
