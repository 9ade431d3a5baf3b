import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { RenderedFile, type RenderedFileOptions } from '../../../src/commands/render/rendered-file.ts';
import type { ShellOutcome } from '../../../src/commands/render/shell.ts';
import { CliError } from '../../../src/exit/cli-error.ts';

const OK: ShellOutcome = { isOk: true, end: 'exit code 0', output: '' };

let folder = '';
let file = '';
let commands: string[] = [];
let outcomes: ShellOutcome[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'rendered '));
  file = join(folder, 'a.cfg');
  commands = [];
  outcomes = [];
});

afterEach(() => rmSync(folder, { recursive: true }));

function open(change: Partial<Pick<RenderedFileOptions, 'check' | 'reload' | 'replace'>> = {}): RenderedFile {
  return new RenderedFile({
    file,
    ...change,
    platform: 'linux',
    async runCommandLine(command) {
      commands.push(command);
      return outcomes.shift() ?? OK;
    },
  });
}

async function sentenceOf(promise: Promise<unknown>): Promise<string> {
  return await promise.then(
    () => 'no error',
    (error: unknown) => {
      if (error instanceof CliError) return `${error.exitCode} ${error.message}\n${error.output}`;
      throw error;
    },
  );
}

test('a new file is checked beside its place, renamed, then there is a reload', async () => {
  expect(await open({ check: 'check', reload: 'reload' }).put('one\n')).toBe('written');
  expect(readFileSync(file, 'utf8')).toBe('one\n');
  expect(commands[0]).toMatch(new RegExp(`^check '${folder}/\\.a\\.cfg\\.[0-9a-f]{12}'$`));
  expect(commands[1]).toBe('reload');
  expect(readdirSync(folder)).toEqual(['a.cfg']);
});

test('{} is where the path stands', async () => {
  await open({ check: 'check {} -x {}' }).put('one\n');
  expect(commands[0]).toMatch(/^check '(.*)' -x '\1'$/);
});

test('a text that is there already touches nothing', async () => {
  writeFileSync(file, 'one\n');
  const before = statSync(file, { bigint: true });
  expect(await open({ check: 'check', reload: 'reload' }).put('one\n')).toBe('unchanged');
  expect(statSync(file, { bigint: true })).toMatchObject({ mtimeNs: before.mtimeNs, ino: before.ino });
  expect(commands).toEqual([]);
});

test('a file that is a mount of its own is written in its place, after the check, and nothing is left beside it', async () => {
  writeFileSync(file, 'one, and longer than what comes\n');
  const { ino } = statSync(file);
  const replace = (): Promise<void> => Promise.reject(Object.assign(new Error('rename'), { code: 'EBUSY' }));
  const rendered = open({ check: 'check', reload: 'reload', replace });
  outcomes = [{ isOk: false, end: 'exit code 1', output: '' }];
  expect(await sentenceOf(rendered.put('two\n'))).toMatch(/^78 --check/);
  expect(readFileSync(file, 'utf8')).toBe('one, and longer than what comes\n');
  expect(await rendered.put('two\n')).toBe('overwritten');
  expect(readFileSync(file, 'utf8')).toBe('two\n');
  expect(statSync(file).ino).toBe(ino);
  expect(readdirSync(folder)).toEqual(['a.cfg']);
  expect(commands.at(-1)).toBe('reload');
});

test('the mode is kept, and a link stays one', async () => {
  const real = join(folder, 'real.cfg');
  writeFileSync(real, 'one\n');
  chmodSync(real, 0o640);
  symlinkSync('real.cfg', file);
  await open().put('two\n');
  expect(readFileSync(real, 'utf8')).toBe('two\n');
  expect(statSync(real).mode & 0o777).toBe(0o640);
  expect(
    readdirSync(folder, { withFileTypes: true })
      .find(({ name }) => name === 'a.cfg')
      ?.isSymbolicLink(),
  ).toBe(true);
});

test('what the check refuses leaves the old file, says why, and leaves nothing else', async () => {
  writeFileSync(file, 'one\n');
  outcomes = [{ isOk: false, end: 'exit code 1', output: 'line 3: no' }];
  expect(await sentenceOf(open({ check: 'check', reload: 'reload' }).put('two\n'))).toBe(
    `78 --check: "check" refused what is new (exit code 1); ${file} stays as it was\nline 3: no`,
  );
  expect(readFileSync(file, 'utf8')).toBe('one\n');
  expect(readdirSync(folder)).toEqual(['a.cfg']);
  expect(commands).toHaveLength(1);
});

test('a reload that failed is said, and owed until one succeeds', async () => {
  const rendered = open({ reload: 'reload' });
  outcomes = [{ isOk: false, end: 'exit code 5', output: '' }];
  expect(await sentenceOf(rendered.put('two\n'))).toMatch(/^70 --reload: "reload" failed \(exit code 5\)/);
  expect(readFileSync(file, 'utf8')).toBe('two\n');
  expect(await rendered.put('two\n')).toBe('unchanged');
  expect(await rendered.put('two\n')).toBe('unchanged');
  expect(commands).toEqual(['reload', 'reload']);
});

test('a place where nothing can be written is named', async () => {
  file = join(folder, 'no', 'a.cfg');
  expect(await sentenceOf(open().put('x'))).toMatch(/^66 --output: ".*" is in a folder that does not exist/);
  file = folder;
  expect(await sentenceOf(open().put('x'))).toMatch(/^64 --output: ".*" is no regular file/);
});
