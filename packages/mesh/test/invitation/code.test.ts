import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createCode, readCode } from '../../src/invitation/code.ts';
import { WORDS } from '../../src/invitation/words.ts';

const nearest = (word: string): string | undefined => (word === 'tigre' ? 'tiger' : undefined);
const problemOf = (text: string): string => {
  const read = readCode(text, nearest);
  return read.kind === 'wrong' ? read.problem : '';
};

test('the words are many, plain, and each itself', () => {
  expect(WORDS.length).toBeGreaterThan(1_100);
  expect(new Set(WORDS).size).toBe(WORDS.length);
  expect(WORDS.filter((word) => !/^[a-z]{3,10}$/.test(word))).toEqual([]);
});

test('a code is a number and three words, each drawn', () => {
  const drawn: number[] = [];
  const { number, text } = createCode((below) => {
    drawn.push(below);
    return below - 1;
  });
  expect(drawn).toEqual([WORDS.length, WORDS.length, WORDS.length, 99]);
  expect([number, text]).toEqual([99, '99-zucchini-zucchini-zucchini']);
});

test.each(['7-tiger-velvet-orbit', '7 tiger velvet orbit', ' 7  Tiger VELVET,orbit\n', '07-tiger_velvet.orbit'])(
  '%j is read as it was meant',
  (text) => {
    expect(readCode(text, nearest)).toEqual({ kind: 'code', code: { number: 7, text: '7-tiger-velvet-orbit' } });
  },
);

test.each([
  '',
  'tiger velvet orbit',
  '7 tiger velvet',
  '7 tiger velvet orbit zebra',
  '0 tiger velvet orbit',
  '777 a b c',
])('%j is no code, and it is said what one is', (text) =>
  expect(problemOf(text)).toMatch(/^a code is a number and three words/),
);

test('a word that is none is named, with the one that was meant', () => {
  expect(problemOf('7-tigre-velvet-orbit')).toBe('"tigre" is no word of a code; did you mean tiger?');
  expect(problemOf('7-xx-velvet-orbit')).toBe('"xx" is no word of a code');
});

test('any code can be read back, and any text is a code or a sentence', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(), { minLength: 4, maxLength: 4 }), fc.string(), (numbers, text) => {
      const left = [...numbers];
      const code = createCode((below) => (left.pop() ?? 0) % below);
      expect(readCode(code.text.toUpperCase().replaceAll('-', ' '), nearest)).toEqual({ kind: 'code', code });
      expect(['code', 'wrong']).toContain(readCode(text, nearest).kind);
    }),
  );
});
