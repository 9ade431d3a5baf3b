import { mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { requireCommand } from '../src/require-command.ts';

const FILES: Readonly<Record<string, 'program' | 'closed'>> = {
  '/usr/bin/node': 'program',
  '/srv/app/start.sh': 'program',
  '/srv/app/notes': 'closed',
  '/opt/notes': 'program',
};

function codeOf(command: string, environment: Record<string, string> = { PATH: '/bin:/usr/bin' }): unknown {
  try {
    requireCommand(command, {
      platform: 'linux',
      environment,
      folder: '/srv/app',
      look: (path) => FILES[path] ?? 'nothing',
    });
    return undefined;
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

test.each([
  ['node', undefined],
  ['./start.sh', undefined],
  ['/usr/bin/node', undefined],
  ['start.sh', 'COMMAND_NOT_FOUND'],
  ['no-such', 'COMMAND_NOT_FOUND'],
  ['bin/no-such', 'COMMAND_NOT_FOUND'],
  ['./notes', 'COMMAND_NOT_EXECUTABLE'],
])('%s', (command, code) => {
  expect(codeOf(command)).toBe(code);
});

test('one further along PATH that may be run counts, an empty word of PATH is this folder, and without PATH the system knows', () => {
  expect(codeOf('notes', { PATH: ':/opt' })).toBeUndefined();
  expect(codeOf('start.sh', { PATH: '/bin:' })).toBeUndefined();
  expect(codeOf('no-such', {})).toBeUndefined();
});

test.runIf(process.platform !== 'win32')('a folder of PATH that can not be looked into is passed over', () => {
  const folder = mkdtempSync(join(tmpdir(), 'path-'));
  const loop = join(folder, 'loop');
  symlinkSync(loop, loop);
  const surroundings = { platform: process.platform, environment: { PATH: `${loop}:/bin:/usr/bin` } };
  expect(() => requireCommand('sh', surroundings)).not.toThrow();
  expect(() => requireCommand('no-such-command', surroundings)).toThrow('"no-such-command" was not found');
  rmSync(folder, { recursive: true });
});

test('on Windows a word without ending is looked for by PATHEXT', () => {
  const surroundings = {
    platform: 'win32' as const,
    environment: { Path: 'C:\\nodejs' },
    folder: 'C:\\app',
    look: (path: string) =>
      path.toLowerCase() === 'c:\\nodejs\\npm.cmd' ? ('program' as const) : ('nothing' as const),
  };
  expect(() => requireCommand('npm', surroundings)).not.toThrow();
  expect(() => requireCommand('npx', surroundings)).toThrow('command "npx" was not found');
});
