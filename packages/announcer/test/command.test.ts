import { EventEmitter } from 'node:events';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { AnnouncerError } from '../src/announcer-error.ts';
import { Command, type CommandOptions } from '../src/command.ts';

/** A child process that notes what is done to it. */
class FakeChild extends EventEmitter {
  readonly kill: (signal: NodeJS.Signals) => boolean;

  constructor(log: string[]) {
    super();
    this.kill = (signal) => {
      log.push(`child gets ${signal}`);
      return true;
    };
  }
}

function arrange(changes: Partial<Pick<CommandOptions, 'spawn'>> = {}) {
  const clock = new ManualClock();
  const log: string[] = [];
  const child = new FakeChild(log);
  let finishDrain: () => void = () => undefined;
  const announcer = {
    start: async () => void log.push('start'),
    drain: ({ graceMs, timeoutMs }: { graceMs: number; timeoutMs: number }) => {
      log.push(`drain ${graceMs} ${timeoutMs}`);
      return new Promise<{ finished: number; reset: number }>((resolve) => {
        finishDrain = () => resolve({ finished: 0, reset: 0 });
      });
    },
    close: async () => void log.push('close'),
  };
  const command = new Command({
    command: 'redis-server',
    args: ['--port', '12345'],
    announcer,
    spawn: (name, args) => {
      log.push([name, ...args].join(' '));
      return child;
    },
    clock,
    drainGraceMs: 2000,
    drainTimeoutMs: 30_000,
    ...changes,
  });
  return { clock, log, child, command, announcer, finishDrain: () => finishDrain() };
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}

test('The announcer starts with the command and ends with it; the exit code is the command’s', async () => {
  const { log, child, command } = arrange();
  const code = command.run();
  child.emit('spawn');
  await Promise.resolve();
  child.emit('exit', 3, null);
  expect(await code).toBe(3);
  expect(log).toEqual(['redis-server --port 12345', 'start', 'close']);
});

test('A command that a signal ended gives 128 and the signal’s number', async () => {
  const { child, command } = arrange();
  const code = command.run();
  child.emit('spawn');
  child.emit('exit', null, 'SIGKILL');
  expect(await code).toBe(137);
});

test.each([
  ['ENOTDIR', 'COMMAND_NOT_FOUND', 'command "redis-server" was not found: a part of its path is no folder'],
  ['EINVAL', 'COMMAND_FAILED', 'command "redis-server" can\'t be run (spawn EINVAL)'],
])('what spawn throws itself (%s) rejects with %s, and nothing was announced', async (errno, code, message) => {
  const { log, command } = arrange({
    spawn: () => {
      throw Object.assign(new Error(`spawn ${errno}`), { code: errno });
    },
  });
  await expect(command.run()).rejects.toThrow(expect.objectContaining({ code, message }));
  expect(log).toEqual(['close']);
  command.signal('SIGTERM');
  expect(log).toEqual(['close']);
});

test.each([
  ['ENOENT', 'COMMAND_NOT_FOUND', 'command "redis-server" was not found: check its name, or give its path'],
  ['EACCES', 'COMMAND_NOT_EXECUTABLE', 'command "redis-server" is not executable: check its permissions'],
  ['EAGAIN', 'COMMAND_FAILED', 'command "redis-server" can\'t be run (spawn EAGAIN)'],
])('%s rejects with %s, and nothing was announced', async (errno, code, message) => {
  const { log, child, command } = arrange();
  const ended = command.run();
  child.emit('error', Object.assign(new Error(`spawn ${errno}`), { code: errno }));
  await expect(ended).rejects.toThrow(expect.objectContaining({ code, message }));
  await expect(ended).rejects.toBeInstanceOf(AnnouncerError);
  expect(log).not.toContain('start');
});

test.each(['SIGTERM', 'SIGINT', 'SIGBREAK'] as const)(
  'On %s the service leaves the LAN first; then the command gets the signal',
  async (signal) => {
    const { log, child, command, finishDrain } = arrange();
    const code = command.run();
    child.emit('spawn');
    await turn();
    command.signal(signal);
    await turn();
    expect(log).not.toContain(`child gets ${signal}`);
    finishDrain();
    await turn();
    expect(log.slice(-2)).toEqual(['drain 2000 30000', `child gets ${signal}`]);
    child.emit('exit', 0, null);
    expect(await code).toBe(0);
  },
);

test('A command that does not end within the drain timeout is killed', async () => {
  const { clock, log, child, command, finishDrain } = arrange();
  const code = command.run();
  child.emit('spawn');
  command.signal('SIGTERM');
  finishDrain();
  await clock.advance(29_999);
  expect(log).not.toContain('child gets SIGKILL');
  await clock.advance(1);
  expect(log.at(-1)).toBe('child gets SIGKILL');
  child.emit('exit', null, 'SIGKILL');
  expect(await code).toBe(137);
});

test('A second signal is passed on without waiting for the drain, a third kills', async () => {
  const { log, child, command } = arrange();
  const code = command.run();
  child.emit('spawn');
  command.signal('SIGTERM');
  command.signal('SIGTERM');
  expect(log.at(-1)).toBe('child gets SIGTERM');
  command.signal('SIGTERM');
  expect(log.at(-1)).toBe('child gets SIGKILL');
  child.emit('exit', null, 'SIGKILL');
  await code;
});

test.each([
  ['SIGHUP', 129],
  ['SIGUSR1', 138],
  ['SIGUSR2', 140],
  ['SIGWINCH', 156],
] as const)('%s is passed on at once, and nothing is drained', async (signal, exitCode) => {
  const { log, child, command } = arrange();
  const code = command.run();
  child.emit('spawn');
  command.signal(signal);
  expect(log).toContain(`child gets ${signal}`);
  expect(log.some((entry) => entry.startsWith('drain'))).toBe(false);
  child.emit('exit', null, signal);
  expect(await code).toBe(exitCode);
});

test('a notice kills nobody who is about to end', () => {
  const { log, child, command } = arrange();
  void command.run();
  child.emit('spawn');
  command.signal('SIGQUIT');
  command.signal('SIGQUIT');
  command.signal('SIGUSR1');
  expect(log.slice(-2)).toEqual(['child gets SIGQUIT', 'child gets SIGUSR1']);
});

test('A command that dies during the drain ends everything at once', async () => {
  const { clock, log, child, command, finishDrain } = arrange();
  const code = command.run();
  child.emit('spawn');
  command.signal('SIGTERM');
  child.emit('exit', 1, null);
  expect(await code).toBe(1);
  finishDrain();
  await clock.advance(60_000);
  expect(log.filter((entry) => entry.startsWith('child gets'))).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test('No timer is left when the command ends after its signal', async () => {
  const { clock, child, command } = arrange();
  const code = command.run();
  child.emit('spawn');
  command.signal('SIGTERM');
  command.signal('SIGTERM');
  child.emit('exit', 0, null);
  await code;
  expect(clock.pendingTimers).toBe(0);
});

test('When the announcer can’t start, the command is ended and the reason told', async () => {
  const { log, child, command, announcer } = arrange();
  announcer.start = () => Promise.reject(new Error('no port'));
  const code = command.run();
  child.emit('spawn');
  await turn();
  child.emit('exit', null, 'SIGTERM');
  await expect(code).rejects.toThrow('no port');
  expect(log.slice(-2)).toEqual(['child gets SIGTERM', 'close']);
});
