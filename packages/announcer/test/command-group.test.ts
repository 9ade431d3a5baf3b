import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { createCommandSpawner } from '../src/command-group.ts';
import type { Keyboard } from '../src/command-tree.ts';

class FakeLeader extends EventEmitter {
  readonly pid = 42;
  readonly signals: string[] = [];

  kill(signal: NodeJS.Signals): void {
    this.signals.push(signal);
  }
}

/** A command of which `rest` processes are left when it has ended; each SIGTERM ends `obedient` of them. */
function arrange({
  rest = 0,
  platform = 'linux',
  isStubborn = false,
}: {
  rest?: number;
  platform?: NodeJS.Platform;
  isStubborn?: boolean;
}) {
  const clock = new ManualClock();
  const leader = new FakeLeader();
  const log: string[] = [];
  let left = rest;
  const spawnCommand = createCommandSpawner({
    platform,
    clock,
    environment: { Path: 'C:\\nodejs' },
    isFile: (path) => path.toLowerCase() === 'c:\\nodejs\\npm.cmd',
    endTree: ({ pid }) => log.push(`tree of ${pid} ended`),
    start: ({ file, args, isLeader }) => {
      log.push(`${[file, ...args].join(' ')}${isLeader ? ' in a group of its own' : ''}`);
      return leader;
    },
    kill: (pid, signal) => {
      if (signal !== 0) log.push(`${signal} to ${pid}`);
      if (left === 0) throw new Error('ESRCH');
      if (signal === 'SIGKILL' || (signal === 'SIGTERM' && !isStubborn)) left = 0;
    },
  });
  const child = spawnCommand('npm', ['start']);
  const exits: unknown[] = [];
  child.once('exit', (code, signal) => exits.push([code, signal]));
  return { clock, leader, log, child, exits };
}

test('what a command leaves behind ends with it, and only then its end is told', async () => {
  const { clock, leader, log, exits } = arrange({ rest: 1 });
  leader.emit('exit', 0, null);
  await clock.advance(50);
  expect(log).toEqual(['npm start in a group of its own', 'SIGTERM to -42']);
  expect(exits).toEqual([[0, null]]);
});

test('what does not end is killed after five seconds', async () => {
  const { clock, leader, log, exits } = arrange({ rest: 1, isStubborn: true });
  leader.emit('exit', null, 'SIGTERM');
  await clock.advance(4_950);
  expect(exits).toEqual([]);
  await clock.advance(50);
  expect(log.at(-1)).toBe('SIGKILL to -42');
  expect(exits).toEqual([[null, 'SIGTERM']]);
});

test('one that left nothing has ended at once', () => {
  const { leader, exits } = arrange({});
  leader.emit('exit', 3, null);
  expect(exits).toEqual([[3, null]]);
});

test('signals go to the command alone, SIGKILL to all', () => {
  const { leader, log, child } = arrange({ rest: 2 });
  child.kill('SIGTERM');
  child.kill('SIGHUP');
  child.kill('SIGKILL');
  expect(leader.signals).toEqual(['SIGTERM', 'SIGHUP']);
  expect(log.slice(1)).toEqual(['SIGKILL to -42']);
});

test('on Windows, which has no groups, a signal ends the command and all that it started, once', () => {
  const { leader, log, child, exits } = arrange({ platform: 'win32' });
  child.kill('SIGHUP');
  child.kill('SIGTERM');
  leader.emit('exit', 0, null);
  child.kill('SIGKILL');
  expect(log).toEqual(['cmd.exe /d /e:on /v:off /s /c "C:\\nodejs\\npm.CMD start"', 'tree of 42 ended']);
  expect(leader.signals).toEqual([]);
  expect(exits).toEqual([[0, null]]);
});

test('on Windows the keyboard is held while the command runs: its Ctrl-C is told, its lines are typed to the command', () => {
  const typed = new PassThrough({ encoding: 'utf8' });
  const leader = Object.assign(new FakeLeader(), { stdin: typed });
  const log: string[] = [];
  let listeners: Parameters<Keyboard['hold']>[0] | undefined;
  const spawnCommand = createCommandSpawner({
    platform: 'win32',
    clock: new ManualClock(),
    environment: {},
    kill: () => undefined,
    isFile: () => false,
    start: ({ isFed }) => {
      log.push(isFed ? 'fed' : 'not fed');
      return leader;
    },
    keyboard: {
      hold: (given) => {
        listeners = given;
        return () => log.push('released');
      },
    },
    onInterrupt: () => log.push('interrupted'),
  });
  spawnCommand('node', []);
  listeners?.onInterrupt();
  listeners?.onLine('rs\n');
  listeners?.onEnd();
  expect(typed.read()).toBe('rs\n');
  expect(typed.writableEnded).toBe(true);
  leader.emit('exit', 0, null);
  expect(log).toEqual(['fed', 'interrupted', 'released']);
});

test('on Windows a part of PATH that can not be looked into is passed over, and the command is left to the system', () => {
  const started: string[] = [];
  const spawnCommand = createCommandSpawner({
    platform: 'win32',
    clock: new ManualClock(),
    environment: { Path: 'x'.repeat(5_000) },
    kill: () => undefined,
    start: ({ file }) => {
      started.push(file);
      return new FakeLeader();
    },
  });
  spawnCommand('node', []);
  expect(started).toEqual(['node']);
});
