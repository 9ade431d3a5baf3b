import { expect, test } from 'vitest';
import { createInstanceId } from '../src/instance-id.ts';

test('An id is 16 characters of base32', () => {
  expect(createInstanceId(Math.random)).toMatch(/^[a-z2-7]{16}$/);
});

test('The ends of the range of random numbers give the ends of the alphabet', () => {
  expect(createInstanceId(() => 0)).toBe('a'.repeat(16));
  expect(createInstanceId(() => 1 - Number.EPSILON)).toBe('7'.repeat(16));
});
