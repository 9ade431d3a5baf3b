import { expect, test } from 'vitest';
import { createStartId, deriveInstanceId } from '../src/instance-id.ts';

const SERVICE = { type: '_redis._tcp', instance: 'redis on h1', port: 6379 };

test('An id is 16 characters of base32, and the same at each start', () => {
  const id = deriveInstanceId('h1', SERVICE);
  expect(id).toMatch(/^[a-z2-7]{16}$/);
  expect(deriveInstanceId('h1', { ...SERVICE })).toBe(id);
});

test('Another machine, type, name or port has another id', () => {
  const ids = [
    deriveInstanceId('h1', SERVICE),
    deriveInstanceId('h2', SERVICE),
    deriveInstanceId('h1', { ...SERVICE, type: '_postgresql._tcp' }),
    deriveInstanceId('h1', { ...SERVICE, instance: 'redis' }),
    deriveInstanceId('h1', { ...SERVICE, port: 6380 }),
  ];
  expect(new Set(ids).size).toBe(ids.length);
});

test('The id of a start is random', () => {
  expect(createStartId(() => 0)).toBe('a'.repeat(8));
  expect(createStartId(() => 1 - Number.EPSILON)).toBe('7'.repeat(8));
});
