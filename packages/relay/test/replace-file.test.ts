import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { replaceFile } from '../src/replace-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'replaced-'));
afterAll(() => rmSync(folder, { recursive: true }));
const modeOf = (path: string): number => statSync(path).mode & 0o777;

test('a file is made, with its folder, and replaced', () => {
  const path = join(folder, 'state', 'kept');
  replaceFile(path, 'one\n');
  replaceFile(path, 'two\n', { flush: true });
  expect(readFileSync(path, 'utf8')).toBe('two\n');
  expect(readdirSync(join(folder, 'state'))).toEqual(['kept']);
});

test.skipIf(process.platform === 'win32')('it is its owner alone who reads it', () => {
  const path = join(folder, 'private', 'kept');
  replaceFile(path, 'one\n');
  expect([modeOf(path), modeOf(join(folder, 'private'))]).toEqual([0o600, 0o700]);
});

test.skipIf(process.platform === 'win32')('a mode that is named is its mode', () => {
  const path = join(folder, 'shown');
  for (const content of ['one\n', Buffer.from('two\n')]) replaceFile(path, content, { mode: 0o644 });
  expect([readFileSync(path, 'utf8'), modeOf(path)]).toEqual(['two\n', 0o644]);
});

test('where it cannot be replaced, nothing of it is left', () => {
  mkdirSync(join(folder, 'taken', 'kept'), { recursive: true });
  expect(() => replaceFile(join(folder, 'taken', 'kept'), 'one\n')).toThrow();
  expect(readdirSync(join(folder, 'taken'))).toEqual(['kept']);
});
