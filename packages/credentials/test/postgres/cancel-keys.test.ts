import { expect, test } from 'vitest';
import { CancelKeys } from '../../src/postgres/cancel-keys.ts';

const KEY = Buffer.from('0000004200000007', 'hex');

test('a key names its endpoint until its connection has ended', () => {
  const keys = new CancelKeys();
  const forget = keys.add(KEY, 'a');
  expect(keys.find(Buffer.from(KEY))).toBe('a');
  expect(keys.find(Buffer.alloc(8))).toBeUndefined();
  forget();
  expect(keys.find(KEY)).toBeUndefined();
  expect(keys.size).toBe(0);
});

test('of two connections with one key the later counts, and the end of the earlier leaves it', () => {
  const keys = new CancelKeys();
  const forget = keys.add(KEY, 'a');
  keys.add(KEY, 'b');
  forget();
  expect(keys.find(KEY)).toBe('b');
});

test('what one process adds and forgets is known to another that is told', () => {
  const there = new CancelKeys();
  const here = new CancelKeys((key, endpointId) => there.learn(key, endpointId));
  const forget = here.add(KEY, 'a');
  expect(there.find(KEY)).toBe('a');
  forget();
  forget();
  expect(there.find(KEY)).toBeUndefined();
  expect(there.size).toBe(0);
});
