import { expect, test } from 'vitest';
import { holdMs, holdNegativeMs } from '../../src/sources/dns-ttl.ts';

test('an answer holds for its TTL, from 1 s to 1 h', () => {
  expect([0, 1, 30, 3_600, 604_800].map(holdMs)).toEqual([1_000, 1_000, 30_000, 3_600_000, 3_600_000]);
});

test('"there is none" holds for its TTL, from 1 s to 30 s', () => {
  expect([0, 5, 3_600, undefined].map(holdNegativeMs)).toEqual([1_000, 5_000, 30_000, 30_000]);
});
