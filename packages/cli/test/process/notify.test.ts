import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import type { Log } from '../../src/output/log.ts';
import { createNotify } from '../../src/process/notify.ts';

class ScriptedProcess extends EventEmitter {
  isWaitedFor = true;

  unref(): void {
    this.isWaitedFor = false;
  }
}

function createWorld(env: NodeJS.ProcessEnv) {
  const warnings: unknown[] = [];
  const log: Log = {
    debug: () => undefined,
    info: () => undefined,
    warn: (fields) => warnings.push(fields),
    error: () => undefined,
  };
  const started: { readonly line: string; readonly env: NodeJS.ProcessEnv; readonly child: ScriptedProcess }[] = [];
  const pings = new Set<{ readonly everyMs: number; readonly run: () => void }>();
  const notify = createNotify({
    env,
    log,
    start: (command, args, env) => {
      const child = new ScriptedProcess();
      started.push({ line: [command, ...args].join(' '), env, child });
      return child;
    },
    repeat: (everyMs, run) => {
      const ping = { everyMs, run };
      pings.add(ping);
      return () => void pings.delete(ping);
    },
  });
  return { notify, warnings, started, pings };
}

test('without systemd nothing is started', () => {
  const { notify, started } = createWorld({});
  notify('READY=1');
  expect(started).toEqual([]);
});

test('systemd-notify is started with the socket, and not waited for', () => {
  const env = { NOTIFY_SOCKET: '/run/systemd/notify' };
  const { notify, started, warnings } = createWorld(env);
  notify('READY=1');
  notify('STOPPING=1');
  expect(started.map(({ line }) => line)).toEqual(['systemd-notify READY=1', 'systemd-notify STOPPING=1']);
  expect(started.every((one) => one.env === env && !one.child.isWaitedFor)).toBe(true);
  for (const { child } of started) child.emit('exit', 0);
  expect(warnings).toEqual([]);
});

test('what goes wrong is a warning', () => {
  const { notify, started, warnings } = createWorld({ NOTIFY_SOCKET: '/run/systemd/notify' });
  notify('READY=1');
  notify('STOPPING=1');
  started[0]?.child.emit('error', new Error('spawn systemd-notify ENOENT'));
  started[1]?.child.emit('exit', null);
  expect(warnings).toEqual([
    { state: 'READY=1', reason: 'spawn systemd-notify ENOENT' },
    { state: 'STOPPING=1', reason: 'systemd-notify ended with a signal' },
  ]);
});

test('a machine that can start no process costs the word, and nothing else', () => {
  const warnings: unknown[] = [];
  const [debug, info, error] = [() => undefined, () => undefined, () => undefined];
  const notify = createNotify({
    env: { NOTIFY_SOCKET: '/run/s' },
    log: { debug, info, error, warn: (fields) => warnings.push(fields) },
    start: () => {
      throw new Error('spawn ENOMEM');
    },
  });
  notify('READY=1');
  expect(warnings).toEqual([{ state: 'READY=1', reason: 'spawn ENOMEM' }]);
});

test('a unit with a watchdog hears four times in its time that the process turns, from when it is ready until it stops', () => {
  const { notify, started, pings } = createWorld({
    NOTIFY_SOCKET: '/run/s',
    WATCHDOG_USEC: '120000000',
    // Of npx, which has started this one.
    WATCHDOG_PID: '7',
  });
  expect(pings.size).toBe(0);
  notify('READY=1');
  const [ping] = pings;
  expect(ping?.everyMs).toBe(30_000);
  ping?.run();
  notify('STOPPING=1');
  expect(started.map(({ line }) => line)).toEqual([
    'systemd-notify READY=1',
    'systemd-notify WATCHDOG=1',
    'systemd-notify STOPPING=1',
  ]);
  expect(pings.size).toBe(0);
});

test('a watchdog that waits for longer than a timer counts is pinged as seldom as one does', () => {
  const { notify, pings } = createWorld({ NOTIFY_SOCKET: '/run/s', WATCHDOG_USEC: '9999999999999999' });
  notify('READY=1');
  expect([...pings].map(({ everyMs }) => everyMs)).toEqual([2 ** 31 - 1]);
});

test.each([[{ WATCHDOG_USEC: '0' }], [{ WATCHDOG_USEC: 'soon' }], [{}]])('%o asks for no pings', (asked) => {
  const { notify, pings } = createWorld({ NOTIFY_SOCKET: '/run/s', ...asked });
  notify('READY=1');
  expect(pings.size).toBe(0);
});
