import { WORDS } from './words.ts';

/** Which of several invitations on a link it is: no secret. */
const MAX_NUMBER = 99;
const WORD_COUNT = 3;
/** A code that somebody typed is not longer. */
const MAX_TEXT = 200;

/**
 * What one person tells another: `7-tiger-velvet-orbit`. The number is public; the words are one of 1.4 thousand million choices, so that three guesses
 * are right once in 470 million invitations.
 */
export interface InvitationCode {
  readonly number: number;
  /** As it is written down, and what both ends must know. */
  readonly text: string;
}

export type ReadCode =
  | { readonly kind: 'code'; readonly code: InvitationCode }
  /** `problem`: a sentence. `suggestion`: the code that was meant, most likely. */
  | { readonly kind: 'wrong'; readonly problem: string };

/** `draw(n)`: a whole number from 0 to n - 1, by a generator for secrets. */
export function createCode(draw: (below: number) => number): InvitationCode {
  const words = Array.from({ length: WORD_COUNT }, () => WORDS[draw(WORDS.length)] ?? '');
  return composeCode(1 + draw(MAX_NUMBER), words);
}

/** Reads what somebody typed, in any case, with blanks or hyphens. `findNearest`: the word that was most likely meant. */
export function readCode(
  text: string,
  findNearest: (word: string, words: readonly string[]) => string | undefined,
): ReadCode {
  const [first = '', ...words] = text
    .slice(0, MAX_TEXT)
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((part) => part !== '');
  const number = /^\d{1,2}$/.test(first) ? Number(first) : 0;
  if (number < 1 || words.length !== WORD_COUNT) {
    return wrong('a code is a number and three words, such as 7-tiger-velvet-orbit');
  }
  const unknown = words.filter((word) => !WORDS.includes(word));
  if (unknown.length === 0) return { kind: 'code', code: composeCode(number, words) };
  const hints = unknown.map((word) => {
    const nearest = findNearest(word, WORDS);
    return nearest === undefined
      ? `"${word}" is no word of a code`
      : `"${word}" is no word of a code; did you mean ${nearest}?`;
  });
  return wrong(hints.join(' '));
}

function composeCode(number: number, words: readonly string[]): InvitationCode {
  return { number, text: [number, ...words].join('-') };
}

function wrong(problem: string): ReadCode {
  return { kind: 'wrong', problem };
}
