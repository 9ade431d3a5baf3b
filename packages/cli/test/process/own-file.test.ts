import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { findOwnFile, removeOwnFile, writeOwnFile } from '../../src/process/own-file.ts';

const SIGNATURE = '# Written by ambassador';
const TEXT = `${SIGNATURE}\nDNS=127.0.0.1:5355\n`;
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'setup-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function writeSetupFile(path: string, text: string): boolean {
  return writeOwnFile({ path, scope: 'system', signature: SIGNATURE }, text);
}

function removeSetupFile(path: string): boolean {
  return removeOwnFile({ path, scope: 'system', signature: SIGNATURE });
}

test('a file is written once, changed when it says something else, and taken back with the folder that was made for it', () => {
  const path = join(folder, 'made', 'x.conf');
  expect([writeSetupFile(path, TEXT), writeSetupFile(path, TEXT)]).toEqual([true, false]);
  expect(writeSetupFile(path, TEXT.replace('5355', '53'))).toBe(true);
  expect(readFileSync(path, 'utf8')).toMatch(/^# Written by ambassador, and the folder, .*\nDNS=127\.0\.0\.1:53\n$/);
  expect([removeSetupFile(path), removeSetupFile(path)]).toEqual([true, false]);
  expect(existsSync(join(folder, 'made'))).toBe(false);
});

test('of several folders that were made for it, all are taken back that nobody else uses by now', () => {
  const path = join(folder, 'made', 'in', 'it', 'x.conf');
  writeSetupFile(path, TEXT);
  writeSetupFile(path, `${TEXT}more\n`);
  expect(readFileSync(path, 'utf8')).toMatch(/^# Written by ambassador, and the 3 folders above, .*\nDNS=/);
  writeFileSync(join(folder, 'made', 'other.conf'), '');
  removeSetupFile(path);
  expect(readdirSync(folder, { recursive: true })).toEqual(['made', join('made', 'other.conf')]);
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

test('nothing but the file stands in the folder afterwards', () => {
  writeSetupFile(join(folder, 'x.conf'), TEXT);
  writeSetupFile(join(folder, 'x.conf'), `${TEXT}more\n`);
  expect(readdirSync(folder)).toEqual(['x.conf']);
});

test('a file in UTF-16 begins with its mark, and is known as ours', () => {
  const file = { path: join(folder, 'task.xml'), scope: 'system', signature: SIGNATURE, encoding: 'utf16le' } as const;
  const text = `<?xml version="1.0" encoding="UTF-16"?>\n<!-- ${SIGNATURE} -->\n<ü/>\n`;
  expect([writeOwnFile(file, text), writeOwnFile(file, text)]).toEqual([true, false]);
  expect([...readFileSync(file.path).subarray(0, 4)]).toEqual([0xff, 0xfe, 0x3c, 0]);
  expect(findOwnFile(file)).toBe(text);
  expect(removeOwnFile(file)).toBe(true);
  expect(findOwnFile(file)).toBeUndefined();
});
