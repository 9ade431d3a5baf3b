import { escapeUnprintable, stringifyPrintably } from '@mdns-ambassador/admin/printable';

/**
 * Where lines for people, and documents for programs, go: standard output or standard error. Nothing else of the program writes there
 * but the log. Whatever a text holds, what comes out are lines of printable characters; colours are those of {@link Style} alone.
 */
export interface Printer {
  /** One line of these parts; the end of line is added. */
  line(...parts: Line): void;
  /** Several lines, which end where the text has an end of line. */
  text(lines: string): void;
  /** One line of JSON. */
  json(value: object): void;
  readonly isTerminal: boolean;
  readonly style: Style;
}

/** The parts of a line. */
export type Line = readonly (string | Painted)[];

/** Text in a colour; `on` and `off` are numbers of SGR (ECMA-48 8.3.117), absent where colours are not wanted. */
export interface Painted {
  readonly text: string;
  readonly colour?: { readonly on: number; readonly off: number };
}

/** Marks up text for people; leaves it as it is where colours are not wanted. */
export interface Style {
  bold(text: string): Painted;
  dim(text: string): Painted;
  green(text: string): Painted;
  yellow(text: string): Painted;
  red(text: string): Painted;
}

export interface PrinterStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

/** Colours on a terminal only, and never with NO_COLOR (no-color.org: set and not empty) or a dumb terminal. */
export function createPrinter(stream: PrinterStream, env: NodeJS.ProcessEnv): Printer {
  const isTerminal = stream.isTTY === true;
  const isPlain = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return {
    isTerminal,
    style: createStyle(isTerminal && !isPlain),
    line: (...parts) => void stream.write(`${parts.map(formatPart).join('')}\n`),
    text: (lines) => void stream.write(`${lines.split('\n').map(escapeUnprintable).join('\n')}\n`),
    json: (value) => void stream.write(`${stringifyPrintably(value)}\n`),
  };
}

export function createStyle(isColoured: boolean): Style {
  const paint =
    (on: number, off: number) =>
    (text: string): Painted =>
      isColoured ? { text, colour: { on, off } } : { text };
  return { bold: paint(1, 22), dim: paint(2, 22), green: paint(32, 39), yellow: paint(33, 39), red: paint(31, 39) };
}

function formatPart(part: string | Painted): string {
  if (typeof part === 'string') return escapeUnprintable(part);
  const { text, colour } = part;
  const escaped = escapeUnprintable(text);
  return colour === undefined ? escaped : `\u001b[${colour.on}m${escaped}\u001b[${colour.off}m`;
}
