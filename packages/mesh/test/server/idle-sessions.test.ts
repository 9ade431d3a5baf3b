import { expect, test } from 'vitest';
import { IdleSessions } from '../../src/server/idle-sessions.ts';

test('so many connections that carry nothing are kept of one address, and of all', () => {
  const idle = new IdleSessions<number>({ most: 3, mostOfAddress: 2 });
  expect([1, 2, 3].map((number) => idle.add('a', number))).toEqual([true, true, false]);
  expect(idle.add('a', 1)).toBe(true);
  expect(idle.add('b', 4)).toBe(true);
  expect(idle.add('c', 5)).toBe(false);
  idle.remove('a', 1);
  idle.remove('a', 1);
  idle.remove('b', 9);
  expect(idle.size).toBe(2);
  expect(idle.add('c', 5)).toBe(true);
});
