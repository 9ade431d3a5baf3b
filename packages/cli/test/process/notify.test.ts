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
  const notify = createNotify(env, log, (command, args, options) => {
    const child = new ScriptedProcess();
    started.push({ line: [command, ...args].join(' '), env: options.env, child });
    return child;
  });
  return { notify, warnings, started };
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
