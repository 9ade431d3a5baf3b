import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createExecCheck } from '../../../packages/checks/src/exec.ts';
import { createShell } from '../../../packages/checks/src/shell.ts';

const TARGET = { kind: 'tcp', address: '127.0.0.1', port: 12345 } as const;

const runShell = createShell({
  platform: process.platform,
  environment: process.env,
  kill: (pid, signal) => process.kill(pid, signal),
});

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'ambassador-shell-'));
});

afterEach(async () => {
  await rm(folder, { recursive: true });
});

test('A command ends with its exit code', async () => {
  expect(await runShell('exit 0').ended).toEqual({ kind: 'exited', code: 0 });
  expect(await runShell('exit 7').ended).toEqual({ kind: 'exited', code: 7 });
  expect(await runShell('no-such-command-at-all').ended).toEqual({ kind: 'exited', code: 127 });
});

test('Pipes and redirections work, and nothing is inherited', async () => {
  expect(await runShell('echo yes | grep -q yes && ! read line').ended).toEqual({ kind: 'exited', code: 0 });
});

test('A command finds what to look at in its environment', async () => {
  const check = createExecCheck('test "$CHECK_ADDRESS:$CHECK_PORT" = 127.0.0.1:12345', TARGET, runShell);
  expect(await check.run(AbortSignal.timeout(60_000))).toEqual({ ok: true });
});

test('Killing a command kills what it has started', async () => {
  const pidFile = join(folder, 'pid');
  const run = runShell(`sleep 300 & echo $! > ${pidFile}; wait`);
  await expect.poll(() => readFile(pidFile, 'utf8').catch(() => '')).toMatch(/\d+\n/);
  const pid = Number(await readFile(pidFile, 'utf8'));
  run.kill();
  expect(await run.ended).toEqual({ kind: 'killed', signal: 'SIGKILL' });
  await expect.poll(() => isRunning(pid)).toBe(false);
});

test('Killing a command that has ended does nothing', async () => {
  const run = runShell('true');
  await run.ended;
  expect(() => run.kill()).not.toThrow();
});

test('The exec check kills a command that takes too long', async () => {
  const started = performance.now();
  const outcome = await createExecCheck('sleep 300', TARGET, runShell).run(AbortSignal.timeout(200));
  expect(outcome).toEqual({ ok: false, fault: 'command', reason: '"sleep 300" did not end in time' });
  expect(performance.now() - started).toBeLessThan(60_000);
});

/** A zombie that init has not reaped yet has ended, too. */
async function isRunning(pid: number): Promise<boolean> {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  return !/^State:\s+Z/m.test(status) && status !== '';
}
