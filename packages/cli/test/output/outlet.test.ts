import { expect, test } from 'vitest';
import { Outlet } from '../../src/output/outlet.ts';

function createWorld() {
  const stream = {
    text: '',
    failure: undefined as string | undefined,
    writableLength: 0,
    pending: [] as (() => void)[],
    write(text: string, onWritten: (error?: NodeJS.ErrnoException) => void) {
      const { failure } = stream;
      if (failure === undefined) stream.text += text;
      const error = failure === undefined ? undefined : Object.assign(new Error(failure), { code: failure });
      stream.pending.push(() => onWritten(error));
    },
  };
  const outlet = new Outlet(stream, () => 1_000);
  /** Every write so far is over. */
  const settle = (): void => {
    for (const finish of stream.pending.splice(0)) finish();
  };
  return { stream, outlet, settle };
}

test('a reader that has left is told apart from what else fails', () => {
  const { stream, outlet, settle } = createWorld();
  for (const [code, hasLeft] of [
    ['ENOSPC', false],
    ['EPIPE', true],
    ['ECONNRESET', true],
  ] as const) {
    stream.failure = code;
    outlet.write('x\n');
    settle();
    expect([outlet.hasLostReader, outlet.unheard > 0], code).toEqual([hasLeft, true]);
  }
});

test('what can be written is written as it is', () => {
  const { stream, outlet, settle } = createWorld();
  outlet.write('one\n');
  outlet.write('two\nthree\n');
  settle();
  expect([stream.text, outlet.unheard]).toEqual(['one\ntwo\nthree\n', 0]);
});

test.each([
  ['words\n', '(3 lines could not be written: no space was left)'],
  ['{"event":"found"}\n', '{"event":"lines-lost","lines":3,"reason":"no space was left"}'],
  [
    '{"level":30,"msg":"x"}\n',
    '{"level":40,"time":1000,"lines":3,"reason":"no space was left","msg":"lines could not be written"}',
  ],
])('a full disk ends nothing, and before %j it is told how much it cost', (next, told) => {
  const { stream, outlet, settle } = createWorld();
  stream.failure = 'ENOSPC';
  outlet.write('one\n');
  outlet.write('two\n');
  settle();
  outlet.write('three\n');
  settle();
  expect([outlet.unheard, outlet.reason]).toEqual([3, 'no space was left']);
  stream.failure = undefined;
  outlet.write(next);
  outlet.write(next);
  settle();
  outlet.write(next);
  settle();
  expect([stream.text, outlet.unheard]).toEqual([`\n${told}\n${next}${next}${next}`, 0]);
});

test('a loss that could not be told is told later, with what came since', () => {
  const { stream, outlet, settle } = createWorld();
  for (const failure of ['EIO', 'EIO', 'EIO', undefined]) {
    stream.failure = failure;
    outlet.write('x\n');
    settle();
  }
  expect(stream.text).toBe('\n(3 lines could not be written: the terminal was gone)\nx\n');
});

test('for a reader who does not read a megabyte is kept, and the rest is counted', () => {
  const { stream, outlet, settle } = createWorld();
  stream.writableLength = 1_048_577;
  for (let line = 0; line < 5; line++) outlet.write('x\n');
  stream.writableLength = 0;
  outlet.write('again\n');
  settle();
  expect(stream.text).toBe('\n(5 lines could not be written: nobody reads it)\nagain\n');
});
