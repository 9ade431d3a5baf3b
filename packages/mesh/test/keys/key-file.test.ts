import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createKeyFile, readKeyFile, replaceKeyFile } from '../../src/keys/key-file.ts';
import { listMeshIds } from '../../src/keys/key-ring.ts';
import { createRing } from '../mesh-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'mesh-key-'));
afterAll(() => rmSync(folder, { recursive: true }));
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

test('a key file is for its owner alone, folders included, and is never overwritten', () => {
  const path = join(folder, 'new', 'mesh.key');
  const ring = createRing();
  createKeyFile(path, ring);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
  expect(listMeshIds(readKeyFile(path, 'linux'))).toEqual(listMeshIds(ring));
  const before = readFileSync(path);
  expect(() => createKeyFile(path, createRing())).toThrow(code('FILE_EXISTS'));
  expect(readFileSync(path)).toEqual(before);
  expect(readdirSync(join(folder, 'new'))).toEqual(['mesh.key']);
});

test('a path that leads nowhere is told in words', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => createKeyFile(join(file, 'mesh.key'), createRing())).toThrow('a part of its path is no folder');
});

test('a key file that is replaced stays private', () => {
  const path = join(folder, 'replaced.key');
  createKeyFile(path, createRing());
  const ring = createRing();
  replaceKeyFile(path, ring);
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(listMeshIds(readKeyFile(path, 'linux'))).toEqual(listMeshIds(ring));
});

test.each([0o640, 0o604, 0o660, 0o644, 0o620])('a key file of mode %o is refused, but on Windows', (mode) => {
  const path = join(folder, `exposed-${mode}.key`);
  createKeyFile(path, createRing());
  chmodSync(path, mode);
  expect(() => readKeyFile(path, 'linux')).toThrow(code('EXPOSED_FILE'));
  expect(() => readKeyFile(path, 'linux')).toThrow(`run chmod 600 ${path}`);
  expect(readKeyFile(path, 'win32').kind).toBe('keys');
});

test('a key file that is missing or broken is told from one another', () => {
  expect(() => readKeyFile(join(folder, 'none.key'), 'linux')).toThrow(code('MISSING_FILE'));
  for (const platform of ['linux', 'win32'] as const) {
    expect(() => readKeyFile(folder, platform)).toThrow(code('UNREADABLE_FILE'));
    expect(() => readKeyFile(folder, platform)).toThrow(`${folder} is a folder`);
  }
  const path = join(folder, 'broken.key');
  writeFileSync(path, 'amb1_abc\n', { mode: 0o600 });
  expect(() => readKeyFile(path, 'linux')).toThrow(code('MALFORMED_KEY'));
});

test('a key file that can not be written is told of in the same way', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => createKeyFile(join(file, 'mesh.key'), createRing())).toThrow(code('UNREADABLE_FILE'));
});
