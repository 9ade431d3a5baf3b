import { expect, test } from 'vitest';
import { VerifyLimit } from '../../src/sources/verify-limit.ts';

test('lets one verification a second through for each id', () => {
  const limit = new VerifyLimit();
  expect([0, 1, 999, 1_000, 1_999, 2_000].map((now) => limit.admit('a', now))).toEqual([
    true,
    false,
    false,
    true,
    false,
    true,
  ]);
  expect(limit.admit('b', 1_500)).toBe(true);
});

test('remembers 256 ids and forgets the oldest first', () => {
  const limit = new VerifyLimit();
  for (let id = 0; id <= 256; id++) limit.admit(String(id), 0);
  expect(limit.admit('256', 1)).toBe(false);
  expect(limit.admit('1', 1)).toBe(false);
  expect(limit.admit('0', 1)).toBe(true);
});
