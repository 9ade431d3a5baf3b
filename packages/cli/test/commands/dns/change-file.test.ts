import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { removeSetupFile, writeSetupFile } from '../../../src/commands/dns/setup/change-file.ts';
import { SIGNATURE } from '../../../src/commands/dns/setup/setup.ts';

const TEXT = `${SIGNATURE}\nDNS=127.0.0.1:5355\n`;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'setup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('a file is written once, changed when it says something else, and taken back with the folder that was made for it', () => {
  const path = join(folder, 'made', 'x.conf');
  expect([writeSetupFile(path, TEXT), writeSetupFile(path, TEXT)]).toEqual([true, false]);
  expect(writeSetupFile(path, TEXT.replace('5355', '53'))).toBe(true);
  expect(readFileSync(path, 'utf8')).toMatch(/^# Written by ambassador .*\nDNS=127\.0\.0\.1:53\n$/);
  expect([removeSetupFile(path), removeSetupFile(path)]).toEqual([true, false]);
  expect(existsSync(join(folder, 'made'))).toBe(false);
});

test('a folder that was there stays, and so does one that somebody else uses by now', () => {
  const [there, made] = [join(folder, 'there'), join(folder, 'made')];
  mkdirSync(there);
  writeSetupFile(join(there, 'x.conf'), TEXT);
  expect(readFileSync(join(there, 'x.conf'), 'utf8')).toBe(TEXT);
  removeSetupFile(join(there, 'x.conf'));
  writeSetupFile(join(made, 'x.conf'), TEXT);
  writeFileSync(join(made, 'other.conf'), '');
  removeSetupFile(join(made, 'x.conf'));
  expect([existsSync(there), existsSync(join(made, 'other.conf'))]).toEqual([true, true]);
});

test('the file of somebody else is neither written over nor removed', () => {
  const path = join(folder, 'x.conf');
  writeFileSync(path, 'mine\n');
  for (const change of [() => writeSetupFile(path, TEXT), () => removeSetupFile(path)]) {
    expect(change).toThrow(/was not written by ambassador/);
  }
  expect(readFileSync(path, 'utf8')).toBe('mine\n');
});
