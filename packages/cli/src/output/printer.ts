/** Where lines for people, and documents for programs, go: standard output or standard error. */
export interface Printer {
  /** One line; the end of line is added. */
  line(text: string): void;
  readonly isTerminal: boolean;
  readonly style: Style;
}

/** Marks up text for people; leaves it as it is where colours are not wanted. */
export interface Style {
  bold(text: string): string;
  dim(text: string): string;
  green(text: string): string;
  yellow(text: string): string;
  red(text: string): string;
}

export interface PrinterStream {
  readonly isTTY?: boolean;
  write(text: string): boolean;
}

/** Colours on a terminal only, and never with NO_COLOR (no-color.org: set and not empty) or a dumb terminal. */
export function createPrinter(stream: PrinterStream, env: NodeJS.ProcessEnv): Printer {
  const isTerminal = stream.isTTY === true;
  const isPlain = (env.NO_COLOR ?? '') !== '' || env.TERM === 'dumb';
  return {
    isTerminal,
    style: createStyle(isTerminal && !isPlain),
    line(text) {
      stream.write(`${text}\n`);
    },
  };
}

export function createStyle(isColoured: boolean): Style {
  const paint =
    (on: number, off: number) =>
    (text: string): string =>
      isColoured ? `\u001b[${on}m${text}\u001b[${off}m` : text;
  return { bold: paint(1, 22), dim: paint(2, 22), green: paint(32, 39), yellow: paint(33, 39), red: paint(31, 39) };
}
