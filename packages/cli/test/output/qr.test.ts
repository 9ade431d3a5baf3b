import { encode } from 'uqr';
import { expect, test } from 'vitest';
import { Outlet } from '../../src/output/outlet.ts';
import { createPrinter } from '../../src/output/printer.ts';
import { printQr } from '../../src/output/qr.ts';

const URL_OF_WEB = 'http://192.168.7.20:3000/';
const INK_ON_PAPER = '\u001b[38;5;16;48;5;231m';
const PLAIN = '\u001b[39;49m';
/** Which halves of a character are covered. */
const COVERED: Readonly<Record<string, readonly [upper: boolean, lower: boolean]>> = {
  ' ': [false, false],
  '▀': [true, false],
  '▄': [false, true],
  '█': [true, true],
};

interface Terminal {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly env?: NodeJS.ProcessEnv;
}

function print({ isTTY = true, columns = 80, rows = 24, env = {} }: Terminal) {
  const printed: string[] = [];
  const stream = { isTTY, columns, rows, writableLength: 0, write: (text: string) => printed.push(text) };
  const isPrinted = printQr(createPrinter(new Outlet(stream, () => 0), env), URL_OF_WEB);
  return { isPrinted, lines: printed.join('').split('\n').slice(0, -1) };
}

/** The modules as they look: `isInk` says what a covered half is. */
function look(lines: readonly string[], isInk: boolean): boolean[][] {
  return lines.flatMap((line) => {
    const halves = [...line].map((character) => COVERED[character] ?? [isInk, !isInk]);
    return [0, 1].map((half) => halves.map((pair) => pair[half] === isInk));
  });
}

test('it is dark on light, with a quiet zone of four modules, in the terminal whatever its own colours are', () => {
  const { isPrinted, lines } = print({});
  expect(isPrinted).toBe(true);
  expect(lines.every((line) => line.startsWith(INK_ON_PAPER) && line.endsWith(PLAIN))).toBe(true);
  const modules = look(
    lines.map((line) => line.slice(INK_ON_PAPER.length, -PLAIN.length)),
    true,
  );
  const { data } = encode(URL_OF_WEB, { ecc: 'L', boostEcc: true, border: 4 });
  expect(modules.slice(0, data.length)).toEqual(data);
  expect(modules.slice(data.length).flat()).not.toContain(true);
  expect(modules.slice(0, 4).flat()).not.toContain(true);
  expect(modules[4]?.slice(0, 12)).toEqual([...Array(4).fill(false), ...Array(7).fill(true), false]);
});

test('without colours the light modules are what is drawn, for a dark terminal', () => {
  const { lines } = print({ env: { NO_COLOR: '1' } });
  const { data } = encode(URL_OF_WEB, { ecc: 'L', boostEcc: true, border: 4 });
  expect(look(lines, false).slice(0, data.length)).toEqual(data);
});

test.each<[string, Terminal]>([
  ['no terminal', { isTTY: false }],
  ['a terminal that is too narrow', { columns: 32 }],
  ['a terminal that is too low', { rows: 17 }],
])('%s gets none', (_, terminal) => {
  expect(print(terminal)).toEqual({ isPrinted: false, lines: [] });
});

test('a terminal that is just large enough gets it', () => {
  const { isPrinted, lines } = print({ columns: 33, rows: 18 });
  expect([isPrinted, lines.length]).toEqual([true, 17]);
});
