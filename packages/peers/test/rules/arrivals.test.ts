import { describe, expect, test } from 'vitest';
import { Arrivals } from '../../src/rules/arrivals.ts';

const A = '10.0.0.1';

function repeat(address: string, count: number): readonly string[] {
  return Array.from({ length: count }, () => address);
}

function others(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `10.1.${index >> 8}.${index & 255}`);
}

describe('somebody is let in', () => {
  test.each([
    ['as the 128th link', others(127), [], undefined],
    ['not as the 129th', others(128), [], 'all places are taken'],
    ['as the 16th of its address', repeat(A, 15), [], undefined],
    ['not as the 17th', repeat(A, 16), [], 'it has too many links'],
    ['while three of its address have said nothing yet', [], repeat(A, 3), undefined],
    ['not while four have', [], repeat(A, 4), 'it says nothing'],
    ['while many others have said nothing yet', [], others(32), undefined],
  ])('%s', (_, linked, greeting, expected) => {
    expect(new Arrivals().refuse(A, { linked, greeting }, 0)).toBe(expected);
  });

  test('32 times at once and then once a second, whatever others do', () => {
    const arrivals = new Arrivals();
    const inside = { linked: [], greeting: [] };
    const come = (address: string, now: number): boolean => arrivals.refuse(address, inside, now) === undefined;
    expect(Array.from({ length: 40 }, () => come(A, 0)).filter(Boolean)).toHaveLength(32);
    expect([come(A, 900), come(A, 1_900), come(A, 2_000)]).toEqual([false, true, false]);
    expect(come('10.0.0.2', 0)).toBe(true);
    arrivals.advance(100_000);
    expect(come(A, 100_000)).toBe(true);
  });
});
