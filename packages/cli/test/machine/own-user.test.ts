import { expect, test } from 'vitest';
import { findHome, nameUser } from '../../src/machine/own-user.ts';

const refuse = (): never => {
  throw new Error('uv_os_get_passwd returned ENOENT');
};

test('a user whom the system knows has a name and a home', () => {
  expect([nameUser(() => 'ann'), findHome(() => '/home/ann')]).toEqual(['ann', '/home/ann']);
});

test('one whom it does not know, as in a container, goes by its number', () => {
  expect([nameUser(refuse), findHome(refuse)]).toEqual([String(process.getuid?.() ?? ''), '/']);
});
