import fc from 'fast-check';
import { expect, test } from 'vitest';
import { computeLookDelayMs, computeLookTimeoutMs } from '../src/schedule.ts';

test('A service that is up is looked at so often that one which freezes is found within the interval and 250 ms', () => {
  for (const intervalMs of [100, 500, 1000, 2000, 60_000]) {
    const worstMs = computeLookDelayMs(true, intervalMs, 0) + computeLookTimeoutMs(intervalMs);
    expect(worstMs).toBe(intervalMs + 250);
  }
});

test('The delay is shortened by up to a tenth', () => {
  expect(computeLookDelayMs(true, 1000, 0)).toBe(750);
  expect(computeLookDelayMs(true, 1000, 0.5)).toBe(712.5);
});

test('A service that is down is looked at every 250 ms', () => {
  expect(computeLookDelayMs(false, 1000, 0)).toBe(250);
});

test('A shorter interval holds for a service that is down as well', () => {
  expect(computeLookDelayMs(false, 100, 0)).toBe(100);
});

test('The delay never exceeds the interval and never falls to nothing', () => {
  const random = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  fc.assert(
    fc.property(fc.boolean(), fc.integer({ min: 1, max: 3_600_000 }), random, (isUp, intervalMs, value) => {
      const delayMs = computeLookDelayMs(isUp, intervalMs, value);
      expect(delayMs).toBeLessThanOrEqual(intervalMs);
      expect(delayMs).toBeGreaterThan(0);
    }),
  );
});

test('A look may take half the interval, within 250 ms and 2 s', () => {
  expect(computeLookTimeoutMs(10)).toBe(250);
  expect(computeLookTimeoutMs(1000)).toBe(500);
  expect(computeLookTimeoutMs(60_000)).toBe(2000);
});
