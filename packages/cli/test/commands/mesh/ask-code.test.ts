import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { askCode } from '../../../src/commands/mesh/ask-code.ts';
import { CliError } from '../../../src/exit/cli-error.ts';
import { createPrinter } from '../../../src/output/printer.ts';
import type { Surroundings } from '../../../src/process/surroundings.ts';

interface Asked {
  readonly outcome: string;
  readonly printed: string;
}

/** What comes of these lines, typed or piped in. */
async function ask(lines: string, isOnTerminal: boolean, ...words: readonly string[]): Promise<Asked> {
  let printed = '';
  const stdout = createPrinter({ write: (text) => (printed += text) }, {});
  const shutdown = { signal: new AbortController().signal } as Surroundings['shutdown'];
  const input = new PassThrough();
  input.end(lines);
  try {
    const code = await askCode(words, { isOnTerminal, stdout, shutdown }, input);
    return { outcome: code?.text ?? 'stopped', printed };
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { outcome: `${error.exitCode} ${error.message}`, printed };
  }
}

test('a code in one word or several is taken as it stands, and nothing is asked', async () => {
  const read = { outcome: '7-tiger-velvet-orbit', printed: '' };
  expect(await ask('', true, '7-tiger-velvet-orbit')).toEqual(read);
  expect(await ask('', true, '7', 'Tiger', 'velvet', 'orbit')).toEqual(read);
});

test('on a terminal it is asked for, again where a word is wrong, with the one that was meant', async () => {
  const { outcome, printed } = await ask('7 tigre velvet orbit\n7 tiger velvet orbit\n', true);
  expect(outcome).toBe('7-tiger-velvet-orbit');
  expect(printed.split('\n')).toEqual([
    expect.stringMatching(/^The code that the other machine shows/),
    '"tigre" is no word of a code; did you mean tiger?',
    expect.stringMatching(/^The code that the other machine shows/),
    '',
  ]);
});

test('it is not asked for without end', async () => {
  const { outcome, printed } = await ask('x\n'.repeat(9), true);
  expect(outcome).toMatch(/^64 a code is a number and three words/);
  expect(printed.match(/^The code/gm)).toHaveLength(5);
});

test('elsewhere one line of standard input is it', async () => {
  expect((await ask('7-tiger-velvet-orbit\n', false)).outcome).toBe('7-tiger-velvet-orbit');
  expect((await ask('7-tiger-velvet-orbut\n', false)).outcome).toBe(
    '64 "orbut" is no word of a code; did you mean orbit?',
  );
  expect((await ask('', false)).outcome).toMatch(/^64 no code is given/);
});
