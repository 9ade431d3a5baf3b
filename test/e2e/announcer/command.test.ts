import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Command } from '../../../packages/announcer/src/command.ts';
import { systemClock } from '../../../packages/mdns/src/system-clock.ts';

function createCommand(log: string[], command: string, ...args: readonly string[]): Command {
  return new Command({
    command,
    args,
    announcer: {
      start: async () => void log.push('start'),
      drain: async () => {
        log.push('drain');
        return { finished: 0, reset: 0 };
      },
      close: async () => void log.push('close'),
    },
    spawn: (name, commandArgs) => spawn(name, commandArgs, { stdio: 'inherit' }),
    clock: systemClock,
    drainGraceMs: 0,
    drainTimeoutMs: 500,
  });
}

test('The exit code is the command’s', async () => {
  const log: string[] = [];
  expect(await createCommand(log, process.execPath, '-e', 'process.exit(9)').run()).toBe(9);
  expect(log).toEqual(['start', 'close']);
});

test('A command that is not there rejects with what to do', async () => {
  await expect(createCommand([], 'no-such-command-at-all').run()).rejects.toMatchObject({ code: 'COMMAND_NOT_FOUND' });
});

test('A file that can’t be run rejects with what to do', async () => {
  await expect(createCommand([], import.meta.filename).run()).rejects.toMatchObject({ code: 'COMMAND_NOT_EXECUTABLE' });
});

test('SIGTERM reaches the command after the drain', async () => {
  const log: string[] = [];
  const command = createCommand(log, 'sleep', '300');
  const code = command.run();
  await expect.poll(() => log).toContain('start');
  command.signal('SIGTERM');
  expect(await code).toBe(143);
  expect(log).toEqual(['start', 'drain', 'close']);
});

test('A command that ignores SIGTERM is killed after the drain timeout', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'ambassador-command-'));
  const marker = join(folder, 'ready');
  const command = createCommand([], 'sh', '-c', `trap '' TERM; : > '${marker}'; exec sleep 300`);
  const code = command.run();
  await expect.poll(() => existsSync(marker)).toBe(true);
  command.signal('SIGTERM');
  expect(await code).toBe(137);
  await rm(folder, { recursive: true });
});
