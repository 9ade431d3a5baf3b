import { spawn } from 'node:child_process';
import { systemClock } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import { Command } from '../../../packages/announcer/src/command.ts';

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
  const log: string[] = [];
  const ignore = "process.on('SIGTERM', () => undefined); setInterval(() => undefined, 1000)";
  const command = createCommand(log, process.execPath, '-e', ignore);
  const code = command.run();
  await expect.poll(() => log).toContain('start');
  await new Promise((resolve) => setTimeout(resolve, 300));
  command.signal('SIGTERM');
  expect(await code).toBe(137);
});
