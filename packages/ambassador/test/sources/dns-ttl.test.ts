import { expect, test } from 'vitest';
import { holdMs, holdNegativeMs } from '../../src/sources/dns-ttl.ts';

test('an answer holds as long as its TTL says, a second at least and the longest that is wanted at most', () => {
  const ttls = [0, 0.5, 1, 20, 60, 2 ** 31 - 1];
  expect(ttls.map((ttlSeconds) => holdMs(ttlSeconds, 30_000, false))).toEqual([
    1_000, 1_000, 1_000, 20_000, 30_000, 30_000,
  ]);
  expect(holdMs(7_200, 3_600_000, false)).toBe(3_600_000);
  expect(holdMs(60, 1, false)).toBe(1_000);
});

test('an answer without one family of addresses holds for five seconds at most', () => {
  expect([0, 3, 60].map((ttlSeconds) => holdMs(ttlSeconds, 30_000, true))).toEqual([1_000, 3_000, 5_000]);
});

test('that there is none holds for half a minute at most', () => {
  const ttls = [undefined, 0, 5, 3_600];
  expect(ttls.map((ttlSeconds) => holdNegativeMs(ttlSeconds, 60_000))).toEqual([30_000, 1_000, 5_000, 30_000]);
  expect(ttls.map((ttlSeconds) => holdNegativeMs(ttlSeconds, 2_000))).toEqual([2_000, 1_000, 2_000, 2_000]);
});
