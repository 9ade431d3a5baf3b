import { seededRandom } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Pace, paceShare, recordEnd, UNPACED, usualMs } from '../../src/pool/pace.ts';

const measure = (times: readonly number[]): Pace => times.reduce<Pace>(recordEnd, UNPACED);
const always = (ms: number): Pace => measure(Array.from({ length: 200 }, () => ms));

test('the typical time is the median, whatever a heavy tail does', () => {
  const random = seededRandom(1);
  const { typicalMs = 0 } = measure(Array.from({ length: 2_000 }, () => Math.min(60_000, 2 / (1 - random()))));
  expect(typicalMs).toBeGreaterThan(2.5);
  expect(typicalMs).toBeLessThan(6.5);
});

test('it stays between the shortest and the longest', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ min: 0.1, max: 1e6, noNaN: true }), { minLength: 1 }), (times) => {
      const { typicalMs = 0 } = measure(times);
      expect(typicalMs).toBeGreaterThanOrEqual(Math.min(...times));
      expect(typicalMs).toBeLessThanOrEqual(Math.max(...times));
    }),
  );
});

test('twice as long, and up to 5 ms, is no difference; beyond that the part shrinks to a quarter', () => {
  expect(paceShare(always(5), 0.2)).toBe(1);
  expect(paceShare(always(20), 10)).toBe(1);
  expect(paceShare(always(40), 10)).toBeCloseTo(0.5);
  expect(paceShare(always(9_000), 10)).toBe(0.25);
});

test('before twenty connections have ended nobody is slow, nor a measure', () => {
  const few = measure(Array.from({ length: 19 }, () => 500));
  expect(paceShare(few, 1)).toBe(1);
  expect(usualMs([few])).toBeUndefined();
  expect(paceShare(always(500), undefined)).toBe(1);
});

test('usual is what the quicker half takes', () => {
  expect(usualMs([always(50), always(1)])).toBeCloseTo(1);
  expect(usualMs([always(50), always(1), always(2)])).toBeCloseTo(2);
  expect(usualMs([])).toBeUndefined();
});
