import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createKeyFile, readKeyFile, replaceKeyFile } from '../src/key-file.ts';
import { listMeshIds } from '../src/key-ring.ts';
import { createRing } from './mesh-fixture.ts';

const folder = mkdtempSync(join(tmpdir(), 'mesh-key-'));
afterAll(() => rmSync(folder, { recursive: true }));
const isWindows = process.platform === 'win32';
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

test('a key file is for its owner alone, folders included, and is never overwritten', () => {
  const path = join(folder, 'new', 'mesh.key');
  const ring = createRing();
  createKeyFile(path, ring, 'linux');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(statSync(join(folder, 'new')).mode & 0o777).toBe(0o700);
  expect(listMeshIds(readKeyFile(path, 'linux'))).toEqual(listMeshIds(ring));
  const before = readFileSync(path);
  expect(() => createKeyFile(path, createRing(), 'linux')).toThrow(code('FILE_EXISTS'));
  expect(readFileSync(path)).toEqual(before);
  expect(readdirSync(join(folder, 'new'))).toEqual(['mesh.key']);
});

test('a path that leads nowhere is told in words', () => {
  const file = join(folder, 'file');
  writeFileSync(file, '');
  expect(() => createKeyFile(join(file, 'mesh.key'), createRing(), 'linux')).toThrow('a part of its path is no folder');
});

test('a key file that is replaced stays private', () => {
  const path = join(folder, 'replaced.key');
  createKeyFile(path, createRing(), 'linux');
  const ring = createRing();
  replaceKeyFile(path, ring, 'linux');
  expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(listMeshIds(readKeyFile(path, 'linux'))).toEqual(listMeshIds(ring));
});

test.skipIf(isWindows)('a link to a key file stays one: what it leads to is replaced', () => {
  const real = join(folder, 'real');
  mkdirSync(real);
  createKeyFile(join(real, 'mesh.key'), createRing(), 'linux');
  const link = join(folder, 'link.key');
  symlinkSync('real/mesh.key', link);
  const ring = createRing();
  replaceKeyFile(link, ring, 'linux');
  expect(readlinkSync(link)).toBe('real/mesh.key');
  expect(lstatSync(join(real, 'mesh.key')).isFile()).toBe(true);
  expect(listMeshIds(readKeyFile(join(real, 'mesh.key'), 'linux'))).toEqual(listMeshIds(ring));
  expect(readdirSync(real)).toEqual(['mesh.key']);
});

test('a key file that another process replaces at the same time is replaced by one of both, and is never half of one', () => {
  const path = join(folder, 'both.key');
  createKeyFile(path, createRing(), 'linux');
  const [mine, others] = [createRing(), createRing()];
  let isFirst = true;
  const keep = (): boolean => {
    // The other process begins, and ends, while this one writes.
    if (isFirst) {
      isFirst = false;
      replaceKeyFile(path, others, 'win32', { keep });
      expect(listMeshIds(readKeyFile(path, 'linux'))).toEqual(listMeshIds(others));
    }
    return true;
  };
  replaceKeyFile(path, mine, 'win32', { keep });
  expect(listMeshIds(readKeyFile(path, 'linux'))).toEqual(listMeshIds(mine));
});

test.skipIf(isWindows)('a key file that is replaced keeps its mode', () => {
  const path = join(folder, 'read-only.key');
  createKeyFile(path, createRing(), 'linux');
  chmodSync(path, 0o400);
  replaceKeyFile(path, createRing(), 'linux');
  expect(statSync(path).mode & 0o777).toBe(0o400);
});

test.skipIf(process.getuid?.() !== 0)('a key file that root replaces stays its owner and its group', () => {
  const path = join(folder, 'given.key');
  createKeyFile(path, createRing(), 'linux');
  chownSync(path, 65_534, 65_533);
  replaceKeyFile(path, createRing(), 'linux');
  expect(statSync(path)).toMatchObject({ uid: 65_534, gid: 65_533 });
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test.skipIf(isWindows)('what is no regular file, or too long for one, is refused at once', () => {
  const fifo = join(folder, 'fifo.key');
  execFileSync('sh', ['-c', 'mkfifo -m 600 "$0"', fifo]);
  const long = join(folder, 'long.key');
  writeFileSync(long, 'x'.repeat(100_000), { mode: 0o600 });
  for (const [path, sentence] of [
    [fifo, 'is a pipe, a socket or a device'],
    ['/dev/zero', 'is a pipe, a socket or a device'],
    [long, 'is too long for a key'],
  ] as const) {
    expect(() => readKeyFile(path, 'linux')).toThrow(code('UNREADABLE_FILE'));
    expect(() => readKeyFile(path, 'linux')).toThrow(`${path} ${sentence}`);
  }
});

test.each([0o640, 0o604, 0o660, 0o644, 0o620])('a key file of mode %o is refused, but on Windows', (mode) => {
  const path = join(folder, `exposed-${mode}.key`);
  createKeyFile(path, createRing(), 'linux');
  chmodSync(path, mode);
  expect(() => readKeyFile(path, 'linux')).toThrow(code('EXPOSED_FILE'));
  expect(() => readKeyFile(path, 'linux')).toThrow(`run chmod 600 ${path}`);
  expect(readKeyFile(path, 'win32').kind).toBe('keys');
});

test('on Windows a key file is kept to this user before the key is in it, and refused where a group may read it', () => {
  const path = join(folder, 'windows.key');
  const kept: string[] = [];
  const keep = (file: string): boolean => kept.push(readFileSync(file, 'utf8')) > 0;
  createKeyFile(path, createRing(), 'win32', { keep });
  replaceKeyFile(path, createRing(), 'win32', { keep });
  expect(kept).toEqual(['', '']);
  expect(readKeyFile(path, 'win32', { list: () => [] }).kind).toBe('keys');
  const asked = (): unknown =>
    readKeyFile(path, 'win32', { list: (file) => (file === path ? ['Users', 'Everyone'] : []) });
  expect(asked).toThrow(code('EXPOSED_FILE'));
  expect(asked).toThrow(`${path} can be read by Users and Everyone`);
  expect(asked).toThrow(`run icacls "${path}" /inheritance:r /grant:r`);
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
  expect(() => createKeyFile(join(file, 'mesh.key'), createRing(), 'linux')).toThrow(code('UNREADABLE_FILE'));
});

test.skipIf(isWindows)('a file of a secret store may be read by others, and by nobody else changed', () => {
  const store = join(folder, 'credentials');
  mkdirSync(store);
  const path = join(store, 'mesh.key');
  createKeyFile(path, createRing(), 'linux');
  const shelters = [{ folder: store }];
  for (const mode of [0o440, 0o444]) {
    chmodSync(path, mode);
    expect(() => readKeyFile(path, 'linux')).toThrow(code('EXPOSED_FILE'));
    expect(readKeyFile(path, 'linux', { shelters }).kind).toBe('keys');
    const another = [{ folder: store, owner: (process.getuid?.() ?? 0) + 1 }];
    expect(() => readKeyFile(path, 'linux', { shelters: another })).toThrow(code('EXPOSED_FILE'));
  }
  chmodSync(path, 0o660);
  expect(() => readKeyFile(path, 'linux', { shelters })).toThrow('has mode 0660');
});
