import { expect, test } from 'vitest';
import { createPrinter } from '../../src/output/printer.ts';

function printBold(isTTY: boolean, env: NodeJS.ProcessEnv): string {
  const printed: string[] = [];
  const printer = createPrinter({ isTTY, write: (text) => printed.push(text) > 0 }, env);
  printer.line(printer.style.bold('hello'));
  return printed.join('');
}

test('colours are for terminals', () => {
  expect(printBold(true, {})).toBe('\u001b[1mhello\u001b[22m\n');
  expect(printBold(false, {})).toBe('hello\n');
});

test('NO_COLOR and a dumb terminal mean none; an empty NO_COLOR means nothing', () => {
  expect(printBold(true, { NO_COLOR: '1' })).toBe('hello\n');
  expect(printBold(true, { TERM: 'dumb' })).toBe('hello\n');
  expect(printBold(true, { NO_COLOR: '' })).toContain('\u001b[1m');
});
