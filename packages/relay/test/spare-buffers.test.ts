import { expect, test } from 'vitest';
import { SpareBuffers } from '../src/spare-buffers.ts';

const MOST = 3;

test('a buffer that was given back is used again, and by one at a time', () => {
  const buffers = new SpareBuffers(10, MOST);
  const first = buffers.take();
  expect(first).toHaveLength(10);
  buffers.giveBack(first);
  expect(buffers.take()).toBe(first);
  expect(buffers.take()).not.toBe(first);
});

test('only so many are kept', () => {
  const buffers = new SpareBuffers(10, MOST);
  const taken = Array.from({ length: MOST + 2 }, () => buffers.take());
  expect(new Set(taken).size).toBe(MOST + 2);
  for (const buffer of taken) buffers.giveBack(buffer);
  const again = Array.from(taken, () => buffers.take());
  expect(again.filter((buffer) => taken.includes(buffer))).toHaveLength(MOST);
});
