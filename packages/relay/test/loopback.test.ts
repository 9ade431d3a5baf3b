import { expect, test } from 'vitest';
import { isLoopback, stripZone } from '../src/loopback.ts';

test.each(['127.0.0.1', '127.255.3.4', '::1', '0:0:0:0:0:0:0:1', '::1%lo', '::ffff:127.0.0.1', '::FFFF:7f00:1'])(
  '%s is of this machine alone',
  (address) => expect(isLoopback(address)).toBe(true),
);

test.each([
  '128.0.0.1',
  '10.127.0.1',
  '::',
  '0.0.0.0',
  '::2',
  '::ffff:10.0.0.1',
  'fe80::1%lo',
  'localhost',
  '127.1',
  '',
])('%j is not', (address) => expect(isLoopback(address)).toBe(false));

test('a zone is no part of the address', () => {
  expect(['fe80::1%eth0', 'fe80::1'].map(stripZone)).toEqual(['fe80::1', 'fe80::1']);
});
