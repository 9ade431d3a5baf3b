import { expect, test } from 'vitest';
import { ReadBuffers } from '../src/read-buffers.ts';

const MAX_SPARE = 32;

test('a buffer that was given back is used again', () => {
  const buffers = new ReadBuffers();
  const first = buffers.takeCopy(Buffer.from('abc'), 2);
  expect(String(first.subarray(0, 2))).toBe('ab');
  buffers.giveBack(first);
  expect(buffers.takeCopy(Buffer.from('xyz'), 3)).toBe(first);
});

test('no two takers have the same buffer, and the shared one is never given', () => {
  const buffers = new ReadBuffers();
  const taken = Array.from({ length: 5 }, () => buffers.takeCopy(Buffer.from('a'), 1));
  expect(new Set([...taken, buffers.shared]).size).toBe(6);
});

test('only so many are kept', () => {
  const buffers = new ReadBuffers();
  const taken = Array.from({ length: MAX_SPARE + 10 }, () => buffers.takeCopy(Buffer.from('a'), 1));
  for (const buffer of taken) buffers.giveBack(buffer);
  const again = Array.from(taken, () => buffers.takeCopy(Buffer.from('a'), 1));
  expect(again.filter((buffer) => taken.includes(buffer))).toHaveLength(MAX_SPARE);
});
