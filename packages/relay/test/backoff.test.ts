import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs } from '../src/backoff.ts';

const LIMITS = { firstMs: 500, maxMs: 30_000 };

test('doubles from the first wait up to the longest', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 100].map((attempt) => backoffMs(attempt, LIMITS, () => 0.5));
  expect(waits).toEqual([500, 1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
});

test('is spread over a quarter of its length both ways', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5_000 }),
      fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
      (attempt, number) => {
        const middle = backoffMs(attempt, LIMITS, () => 0.5);
        const wait = backoffMs(attempt, LIMITS, () => number);
        expect(wait).toBeGreaterThanOrEqual(middle * 0.75);
        expect(wait).toBeLessThanOrEqual(middle * 1.25);
      },
    ),
  );
});
