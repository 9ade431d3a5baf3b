import fc from 'fast-check';
import { expect, test } from 'vitest';
import { computeLookDelayMs, computeLookTimeoutMs, type LookResult } from '../src/schedule.ts';

const UP: LookResult = { kind: 'up' };
const ABSENT: LookResult = { kind: 'absent' };

test('A service that is up is looked at once an interval on average, a tenth earlier or later', () => {
  for (const intervalMs of [100, 1_000, 2_000, 60_000]) {
    expect(computeLookDelayMs(UP, intervalMs, 0)).toBeCloseTo(0.9 * intervalMs);
    expect(computeLookDelayMs(UP, intervalMs, 0.5)).toBeCloseTo(intervalMs);
    expect(computeLookDelayMs(UP, intervalMs, 1)).toBeCloseTo(1.1 * intervalMs);
  }
});

test('A service that is not there is looked for every 250 ms, or oftener where that is asked for', () => {
  expect(computeLookDelayMs(ABSENT, 1_000, 0.5)).toBe(250);
  expect(computeLookDelayMs(ABSENT, 100, 0.5)).toBe(100);
});

test('A service that is there and unwell is left alone for longer and longer, an interval at most', () => {
  const delays = [1, 2, 3, 4, 5, 2_000].map((failures) => computeLookDelayMs({ kind: 'unwell', failures }, 2_000, 0.5));
  expect(delays).toEqual([250, 500, 1_000, 2_000, 2_000, 2_000]);
});

test('No delay is longer than the interval and a tenth, and none is nothing', () => {
  const result = fc.oneof(
    fc.constantFrom(UP, ABSENT),
    fc.integer({ min: 1, max: 1_000_000 }).map((failures): LookResult => ({ kind: 'unwell', failures })),
  );
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(result, fc.integer({ min: 1, max: 3_600_000 }), random, (found, intervalMs, value) => {
      const delayMs = computeLookDelayMs(found, intervalMs, value);
      expect(delayMs).toBeLessThanOrEqual(1.1 * intervalMs + 1e-6);
      expect(delayMs).toBeGreaterThan(0);
    }),
  );
});

test('A look may take half the interval, within 250 ms and 2 s', () => {
  expect(computeLookTimeoutMs(10)).toBe(250);
  expect(computeLookTimeoutMs(1000)).toBe(500);
  expect(computeLookTimeoutMs(60_000)).toBe(2000);
});
