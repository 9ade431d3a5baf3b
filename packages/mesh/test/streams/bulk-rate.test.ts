import { expect, test } from 'vitest';
import { BulkRate } from '../../src/streams/bulk-rate.ts';

test('who carries more than 1 MiB in a second is bulk, until a second has passed without', () => {
  const rate = new BulkRate();
  expect(rate.isBulk(0)).toBe(false);
  for (let at = 0; at < 10; at++) rate.note(100_000, at);
  expect(rate.isBulk(10)).toBe(false);
  rate.note(100_000, 20);
  expect(rate.isBulk(20)).toBe(true);
  expect(rate.isBulk(1_999)).toBe(true);
  expect(rate.isBulk(2_000)).toBe(false);
  rate.note(1, 2_001);
  expect(rate.isBulk(2_001)).toBe(false);
});
