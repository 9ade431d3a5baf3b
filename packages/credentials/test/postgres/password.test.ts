import { expect, test } from 'vitest';
import { hashMd5, preparePassword } from '../../src/postgres/password.ts';

test('md5 is that of user, password and salt', () => {
  // SELECT 'md5' || md5(md5('secret' || 'ann') || '\x01020304')
  const hash = hashMd5(Buffer.from('secret'), 'ann', Buffer.of(1, 2, 3, 4));
  expect(hash).toBe('md59009ce60b9ca97f1e752376843d1309e');
});

test('ASCII is used as it is, and is not copied', () => {
  const password = Buffer.from('p~ss\u0007word');
  expect(preparePassword(password)).toBe(password);
});

test.each([
  // RFC 4013 3.
  ['I\u00adX', 'IX'],
  ['\u00aa', 'a'],
  ['\u2168', 'IX'],
  ['a\u00a0b\u3000c', 'a b c'],
  ['e\u0301', '\u00e9'],
])('%j is prepared as %j', (password, prepared) => {
  expect(preparePassword(Buffer.from(password)).toString()).toBe(prepared);
});

test.each([
  ['no UTF-8', Buffer.of(0xff, 0xfe)],
  ['a control character', Buffer.from('\u0085x')],
  ['a private character', Buffer.from('\ue000')],
  ['nothing left', Buffer.from('\u00ad')],
])('%s is used as it is', (_what, password) => {
  expect(preparePassword(password)).toEqual(password);
});
