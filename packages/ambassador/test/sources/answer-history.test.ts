import { seededRandom } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AnswerHistory, type AnswerStanding } from '../../src/sources/answer-history.ts';

const SECOND_MS = 1_000;

/** Answers a second apart, each as names parted by spaces. */
function takeAll(history: AnswerHistory, answers: readonly string[], from = 0): readonly AnswerStanding[] {
  return answers.map((names, index) => history.take(names.split(' '), from + index * SECOND_MS));
}

function sample(all: readonly string[], size: number, random: () => number): readonly string[] {
  return all
    .map((name) => ({ name, rank: random() }))
    .sort((a, b) => a.rank - b.rank)
    .slice(0, size)
    .map(({ name }) => name);
}

describe('what one answer leaves out', () => {
  test('is left out at first, gone when it is left out for ten seconds, and as if nothing was when it returns', () => {
    const history = new AnswerHistory();
    const standings = takeAll(history, ['a b c', ...Array.from({ length: 10 }, () => 'a b')]);
    expect(standings[1]).toMatchObject({ present: ['a', 'b'], leftOut: ['c'], gone: [] });
    expect(standings[9]).toMatchObject({ leftOut: ['c'], gone: [] });
    expect(standings[10]).toMatchObject({ present: ['a', 'b'], leftOut: [], gone: ['c'] });
    expect(history.take(['a', 'b', 'c'], 20_000)).toMatchObject({ present: ['a', 'b', 'c'], leftOut: [], gone: [] });
  });

  test('is gone after three answers at the earliest, however long they take', () => {
    const history = new AnswerHistory();
    history.take(['a', 'b'], 0);
    expect(history.take(['a'], 60_000)).toMatchObject({ leftOut: ['b'], gone: [] });
    expect(history.take(['a'], 120_000)).toMatchObject({ leftOut: ['b'], gone: [] });
    expect(history.take(['a'], 180_000)).toMatchObject({ leftOut: [], gone: ['b'] });
  });
});

describe('a set that is replaced whole', () => {
  test('is another set at once, once it had held', () => {
    const standings = takeAll(new AnswerHistory(), ['a b', 'a b', 'c d']);
    expect(standings[2]).toMatchObject({ present: ['c', 'd'], leftOut: [], gone: ['a', 'b'] });
  });

  test('may be a part of a larger one where it has not held: what was there is left out', () => {
    const standings = takeAll(new AnswerHistory(), ['a b', 'c d']);
    expect(standings[1]).toMatchObject({ present: ['c', 'd'], leftOut: ['a', 'b'], gone: [] });
  });

  test('comes before what answers have named lately, although they are parts of a set', () => {
    const history = new AnswerHistory();
    takeAll(history, ['a b', 'b c', 'c a', 'a b', 'b c', 'c a']);
    const after = history.take(['x', 'y'], 6_000);
    expect(after).toMatchObject({ isRotating: true, present: ['x', 'y'] });
    expect([...after.leftOut].sort()).toEqual(['a', 'b', 'c']);
  });
});

describe('random parts of a set', () => {
  test.each([
    [4, 3],
    [6, 3],
    [10, 3],
    [20, 8],
  ])('of %i in answers of %i: all of them are present soon, and stay', (count, size) => {
    for (let seed = 1; seed <= 20; seed++) {
      const random = seededRandom(seed);
      const all = Array.from({ length: count }, (_, index) => `n${index}`);
      const history = new AnswerHistory();
      let changes = 0;
      for (let second = 0; second < 600; second++) {
        const standing = history.take(sample(all, size, random), second * SECOND_MS);
        if (second < 60) continue;
        expect(standing.isRotating).toBe(true);
        if (standing.present.length < count || standing.gone.length > 0) changes += 1;
      }
      expect(changes).toBeLessThanOrEqual(2);
    }
  });

  test('one that is gone from the set is given up within a hundred answers', () => {
    const random = seededRandom(7);
    const all = ['a', 'b', 'c', 'd', 'e', 'f'];
    const history = new AnswerHistory();
    for (let second = 0; second < 60; second++) history.take(sample(all, 3, random), second * SECOND_MS);
    let present: readonly string[] = [];
    for (let second = 60; second < 160; second++) {
      ({ present } = history.take(sample(all.slice(1), 3, random), second * SECOND_MS));
    }
    expect([...present].sort()).toEqual(['b', 'c', 'd', 'e', 'f']);
  });

  test('a set that is told whole again is taken for whole again', () => {
    const random = seededRandom(3);
    const all = ['a', 'b', 'c', 'd'];
    const history = new AnswerHistory();
    for (let second = 0; second < 60; second++) history.take(sample(all, 3, random), second * SECOND_MS);
    let standing = history.take(all, 60_000);
    for (let second = 61; second < 120; second++) standing = history.take(all, second * SECOND_MS);
    expect(standing).toMatchObject({ isRotating: false, leftOut: [] });
  });
});

test('pods that are replaced one after another are no parts of a set: each that is not ready is left out', () => {
  const standings = takeAll(new AnswerHistory(), [
    'a b c',
    'a b c',
    'b c',
    'b c',
    'a b c',
    'a c',
    'a c',
    'a b c',
    'a b',
    'a b c',
  ]);
  expect(standings.map(({ leftOut }) => leftOut.join())).toEqual(['', '', 'a', 'a', '', 'b', 'b', '', 'c', '']);
  expect(standings.some(({ isRotating }) => isRotating)).toBe(false);
});

test('an answer is always present, each name stands in one place, and memory is bounded', () => {
  const names = fc.array(fc.integer({ min: 0, max: 400 }).map(String), { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fc.array(fc.tuple(names, fc.integer({ min: 0, max: 20_000 })), { maxLength: 60 }), (steps) => {
      const history = new AnswerHistory();
      let now = 0;
      const known = new Set<string>();
      for (const [answer, waitMs] of steps) {
        now += waitMs;
        const { present, leftOut, gone } = history.take(answer, now);
        for (const name of answer) expect(present).toContain(name);
        const all = [...present, ...leftOut, ...gone];
        expect(new Set(all).size).toBe(all.length);
        // Whoever was told of is told of until it is gone.
        for (const name of known) expect(all).toContain(name);
        known.clear();
        for (const name of [...present, ...leftOut]) known.add(name);
        expect(known.size).toBeLessThanOrEqual(256);
      }
    }),
  );
});
