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
  /** Of the terminal now, in characters; infinite where it is none, or does not say. */
  readonly size: { readonly columns: number; readonly rows: number };
  readonly hasColours: boolean;
  readonly style: Style;
}

/** The parts of a line. */
export type Line = readonly (string | Painted)[];

/** Text in a colour; `on` and `off` are parameters of SGR (ECMA-48 8.3.117), absent where colours are not wanted. */
interface Painted {
  readonly text: string;
  readonly colour?: { readonly on: string; readonly off: string };
}

/** Marks up text for people; leaves it as it is where colours are not wanted. */
export interface Style {
  bold(text: string): Painted;
  dim(text: string): Painted;
  green(text: string): Painted;
  yellow(text: string): Painted;
  red(text: string): Painted;
  /** Black on white, whatever the terminal's own colours are. */
  inkOnPaper(text: string): Painted;
}

export interface PrinterStream {
  readonly isTTY?: boolean;
  readonly columns?: number | undefined;
  readonly rows?: number | undefined;
  write(text: string): unknown;
}

/** Colours on a terminal only, and never with NO_COLOR (no-color.org: set and not empty) or a dumb terminal. */
export function createPrinter(stream: PrinterStream, env: NodeJS.ProcessEnv): Printer {
  const isTerminal = stream.isTTY === true;
  const isPlain = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  const hasColours = isTerminal && !isPlain;
  return {
    isTerminal,
    get size() {
      const { columns = Number.POSITIVE_INFINITY, rows = Number.POSITIVE_INFINITY } = stream;
      return { columns, rows };
    },
    hasColours,
    style: createStyle(hasColours),
    line: (...parts) => void stream.write(`${formatLine(parts)}\n`),
    text: (lines) => void stream.write(`${lines.split('\n').map(escapeUnprintable).join('\n')}\n`),
    json: (value) => void stream.write(`${stringifyPrintably(value)}\n`),
  };
}

export function createStyle(isColoured: boolean): Style {
  const paint =
    (on: string, off: string) =>
    (text: string): Painted =>
      isColoured ? { text, colour: { on, off } } : { text };
  return {
    bold: paint('1', '22'),
    dim: paint('2', '22'),
    green: paint('32', '39'),
    yellow: paint('33', '39'),
    red: paint('31', '39'),
    inkOnPaper: paint('38;5;16;48;5;231', '39;49'),
  };
}

/** As a printer writes it, without its end. */
export function formatLine(line: Line): string {
  return line.map(formatPart).join('');
}

function formatPart(part: string | Painted): string {
  if (typeof part === 'string') return escapeUnprintable(part);
  const { text, colour } = part;
  const escaped = escapeUnprintable(text);
  return colour === undefined ? escaped : `\u001b[${colour.on}m${escaped}\u001b[${colour.off}m`;
}
