import { expect, test } from 'vitest';
import type { Outcome } from '../../../src/commands/demo/clients.ts';
import { readAnswer } from '../../../src/commands/demo/line-service.ts';
import { judge } from '../../../src/commands/demo/story.ts';
import { addTallies, EMPTY_TALLY, listUnheard, tallyOutcomes } from '../../../src/commands/demo/tally.ts';

const answered = (by: string, tookMs: number): Outcome => ({ kind: 'answered', by, startedAt: 0, tookMs });
const failed = (reason: string, startedAt: number): Outcome => ({ kind: 'failed', reason, startedAt, tookMs: 1 });

test('answers are counted by who gave them, and the slowest is kept', () => {
  const tally = tallyOutcomes([answered('red', 3), answered('blue', 7), answered('red', 5)]);
  expect([...tally.answersBy]).toEqual([
    ['red', 2],
    ['blue', 1],
  ]);
  expect(tally).toMatchObject({ connections: 3, failed: 0, cutOff: 0, slowestMs: 7 });
});

test('who was being served when an instance died was cut off; who came later has failed', () => {
  const tally = tallyOutcomes([failed('ECONNRESET', 9), failed('ECONNRESET', 11), failed('no answer in time', 9)], 10);
  expect(tally).toMatchObject({ cutOff: 1, failed: 2, reasons: ['ECONNRESET', 'no answer in time'] });
});

test('a broken connection without a kill has failed', () => {
  expect(tallyOutcomes([failed('ECONNRESET', 9)])).toMatchObject({ cutOff: 0, failed: 1 });
});

test('whoever has answered nobody yet is named', () => {
  const outcomes = [answered('red', 3), failed('ECONNRESET', 9)];
  expect(listUnheard(outcomes, ['red', 'green', 'blue'])).toEqual(['green', 'blue']);
  expect(listUnheard([], ['gold'])).toEqual(['gold']);
});

test('tallies add up', () => {
  const one = tallyOutcomes([answered('red', 3)]);
  expect(addTallies(addTallies(EMPTY_TALLY, one), one)).toMatchObject({
    connections: 2,
    slowestMs: 3,
    answersBy: new Map([['red', 2]]),
  });
});

test('a demo with a failed connection is no success', () => {
  expect(judge(tallyOutcomes([answered('red', 1)]))).toBeUndefined();
  expect(judge(tallyOutcomes([failed('ECONNREFUSED', 1)]))).toMatchObject({
    exitCode: 70,
    message: 'demo: 1 connection of 1 failed (ECONNREFUSED)',
  });
});

test('an answer is a name and a number', () => {
  expect([readAnswer('red 17\n'), readAnswer('red\n'), readAnswer('red 17')]).toEqual(['red', undefined, undefined]);
});
