import { expect, test } from 'vitest';
import { BulkRate } from '../../src/streams/bulk-rate.ts';

test('who carries more than 256 KiB in a second is bulk, until a second has passed without', () => {
  const rate = new BulkRate();
  expect(rate.isBulk(0)).toBe(false);
  for (let at = 0; at < 10; at++) rate.note(26_000, at);
  expect(rate.isBulk(10)).toBe(false);
  rate.note(26_000, 20);
  expect(rate.isBulk(20)).toBe(true);
  expect(rate.isBulk(1_999)).toBe(true);
  expect(rate.isBulk(2_000)).toBe(false);
  rate.note(1, 2_001);
  expect(rate.isBulk(2_001)).toBe(false);
});

test('who carries 400 kB in each second is bulk at every moment from the first of them on', () => {
  const rate = new BulkRate();
  for (let at = 0; at < 5_000; at += 10) {
    rate.note(4_000, at);
    if (at >= 1_000) expect(rate.isBulk(at)).toBe(true);
  }
});

test('who carried much for a second and little in the next is bulk no more', () => {
  const rate = new BulkRate();
  rate.note(1_000_000, 0);
  rate.note(1, 1_000);
  expect(rate.isBulk(1_000)).toBe(true);
  rate.note(1, 2_000);
  expect(rate.isBulk(2_000)).toBe(false);
});
