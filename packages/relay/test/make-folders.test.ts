import { mkdirSync, mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test, vi } from 'vitest';
import { makeFolders } from '../src/make-folders.ts';

/** What another process does once a folder could not be made. */
let meanwhile: (() => void) | undefined;
vi.mock('node:fs', async (importOriginal) => {
  const fs = await importOriginal<typeof import('node:fs')>();
  const mkdirSync: typeof fs.mkdirSync = (...given: Parameters<typeof fs.mkdirSync>): undefined => {
    try {
      fs.mkdirSync(...given);
    } catch (error) {
      meanwhile?.();
      throw error;
    }
  };
  return { ...fs, mkdirSync };
});

const folder = mkdtempSync(join(tmpdir(), 'folders-'));
afterAll(() => rmSync(folder, { recursive: true }));
const isWindows = process.platform === 'win32';
const code = (expected: string): unknown => expect.objectContaining({ code: expected });

test('what is missing is made with the mode, and the topmost of it is told', () => {
  const path = join(folder, 'a', 'b', 'c');
  expect([makeFolders(path, 0o700), makeFolders(path, 0o700)]).toEqual([join(folder, 'a'), undefined]);
  expect(makeFolders(join(folder, 'a', 'd'))).toBe(join(folder, 'a', 'd'));
  if (!isWindows) expect(statSync(join(folder, 'a')).mode & 0o777).toBe(0o700);
});

test('two that make the same folder at the same time both have it', () => {
  const above = join(folder, 'shared');
  meanwhile = () => {
    meanwhile = undefined;
    mkdirSync(above);
  };
  expect(makeFolders(join(above, 'a'))).toBe(join(above, 'a'));
  meanwhile = () => {
    meanwhile = undefined;
    mkdirSync(join(above, 'b', 'c'), { recursive: true });
  };
  expect(makeFolders(join(above, 'b', 'c'))).toBeUndefined();
});

test('a part that is no folder, or a link that leads nowhere, is an error', () => {
  writeFileSync(join(folder, 'file'), '');
  symlinkSync(join(folder, 'nowhere', 'else'), join(folder, 'link'));
  expect(() => makeFolders(join(folder, 'file'))).toThrow(code('EEXIST'));
  expect(() => makeFolders(join(folder, 'link', 'a'))).toThrow(code('EEXIST'));
});

test.runIf(process.platform === 'linux')('it ends where a folder that is there takes no others', () => {
  expect(() => makeFolders('/proc/self/a/b')).toThrow(code('ENOENT'));
});
