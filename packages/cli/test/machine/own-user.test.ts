import { expect, test } from 'vitest';
import { findHome, nameUser, nameUserFolder } from '../../src/machine/own-user.ts';

const refuse = (): never => {
  throw new Error('uv_os_get_passwd returned ENOENT');
};

test('a user whom the system knows has a name and a home', () => {
  expect([nameUser(() => 'ann'), findHome(() => '/home/ann')]).toEqual(['ann', '/home/ann']);
});

test('one whom it does not know, as in a container, goes by its number', () => {
  expect([nameUser(refuse), findHome(refuse)]).toEqual([String(process.getuid?.() ?? ''), '/']);
});

test('a HOME that names no folder is not the folder in which this was typed: what the system knows counts', () => {
  const know = (): string => '/home/ann';
  expect(['', 'ann', '/data/ann'].map((home) => findHome(() => home, know))).toEqual([
    '/home/ann',
    '/home/ann',
    '/data/ann',
  ]);
  expect(findHome(() => '', refuse)).toBe('/');
});

test('nor is a relative folder of the XDG Base Directory Specification taken', () => {
  expect([undefined, '', 'config', '/etc/ann'].map((named) => nameUserFolder(named, '/home/ann', '.config'))).toEqual([
    '/home/ann/.config',
    '/home/ann/.config',
    '/home/ann/.config',
    '/etc/ann',
  ]);
});
