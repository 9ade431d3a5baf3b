import { expect, test } from 'vitest';
import { Recent } from '../src/recent.ts';

test('what was set longest ago makes room, and is returned', () => {
  const recent = new Recent<string, number>(2);
  expect(recent.set('a', 1)).toBeUndefined();
  expect(recent.set('b', 2)).toBeUndefined();
  expect(recent.set('c', 3)).toBe(1);
  expect([...recent]).toEqual([
    ['b', 2],
    ['c', 3],
  ]);
});

test('what is set again is the newest, and takes no more room', () => {
  const recent = new Recent<string, number>(2);
  recent.set('a', 1);
  recent.set('b', 2);
  expect(recent.set('a', 3)).toBeUndefined();
  expect(recent.set('c', 4)).toBe(2);
  expect([...recent.values()]).toEqual([3, 4]);
  expect([recent.get('a'), recent.has('b'), recent.size]).toEqual([3, false, 2]);
});

test('what was taken away makes room', () => {
  const recent = new Recent<string, true>(1);
  recent.set('a', true);
  expect([recent.delete('a'), recent.delete('a'), recent.size]).toEqual([true, false, 0]);
  recent.set('b', true);
  recent.clear();
  expect(recent.has('b')).toBe(false);
});
