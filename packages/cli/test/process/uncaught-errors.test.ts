import { expect, test } from 'vitest';
import { CliError } from '../../src/exit/cli-error.ts';
import { describeFault } from '../../src/output/fault-lines.ts';
import { UncaughtErrors } from '../../src/process/uncaught-errors.ts';

test('an error of ours ends a command that serves nobody', () => {
  expect(new UncaughtErrors().take(new Error('x'))).toBe(false);
});

test('a command that serves others is told, each time and with the number, and survives who tells', () => {
  const faults = new UncaughtErrors();
  const told: unknown[] = [];
  faults.survive((error, count) => {
    told.push([error, count]);
    if (count === 2) throw new Error('nobody hears');
  });
  expect([1, 2, 3].map((error) => faults.take(error))).toEqual([true, true, true]);
  expect(told).toEqual([
    [1, 1],
    [2, 2],
    [3, 3],
  ]);
});

test('what the user can put right is no error of ours', () => {
  const faults = new UncaughtErrors();
  faults.survive(() => undefined);
  expect(faults.take(new CliError(64, 'write another port'))).toBe(false);
});

test('it is told in one escaped line', () => {
  expect(describeFault(new Error('a\n\u001b[31mb'))).toMatch(
    /^an error of ours was survived: a\\u\{a\}\\u\{1b\}\[31mb; please/,
  );
});
