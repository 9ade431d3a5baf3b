import { listCheckCases, TARGET } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createExecCheck } from '../src/exec.ts';
import type { RunShell, ShellExit } from '../src/shell.ts';

const signal = new AbortController().signal;

/** A shell whose commands end as told, or when they are killed. */
class FakeShell {
  running = 0;
  readonly #exit: ShellExit | undefined;

  constructor(exit?: ShellExit) {
    this.#exit = exit;
  }

  readonly run: RunShell = () => {
    this.running += 1;
    let end: (exit: ShellExit) => void = () => undefined;
    const ended = new Promise<ShellExit>((resolve) => {
      end = resolve;
    }).finally(() => {
      this.running -= 1;
    });
    if (this.#exit !== undefined) end(this.#exit);
    return { ended, kill: () => end({ kind: 'killed', signal: 'SIGKILL' }) };
  };
}

describe('The exec check', () => {
  const shells = {
    well: new FakeShell({ kind: 'exited', code: 0 }),
    unwell: new FakeShell({ kind: 'exited', code: 1 }),
    silent: new FakeShell(),
  };
  for (const { name, run } of listCheckCases({
    createCheck: (condition) => createExecCheck('check-it', TARGET, shells[condition].run),
    countOpen: () => Object.values(shells).reduce((sum, { running }) => sum + running, 0),
  })) {
    test(name, run);
  }
});

test.each<[ShellExit, string]>([
  [{ kind: 'exited', code: 3 }, '"check-it --now" exited with 3'],
  [{ kind: 'killed', signal: 'SIGSEGV' }, '"check-it --now" was ended by SIGSEGV'],
  [
    { kind: 'failed', error: new Error('spawn /bin/sh EAGAIN') },
    '"check-it --now" can\'t be run (spawn /bin/sh EAGAIN)',
  ],
])('%j is told as a sentence', async (exit, reason) => {
  expect(await createExecCheck('check-it --now', TARGET, new FakeShell(exit).run).run(signal)).toMatchObject({
    ok: false,
    reason,
    fault: 'command',
  });
});

test('A command that does not end in time is killed', async () => {
  const shell = new FakeShell();
  const abort = new AbortController();
  const outcome = createExecCheck('sleep 60', TARGET, shell.run).run(abort.signal);
  abort.abort();
  expect(await outcome).toMatchObject({
    ok: false,
    reason: '"sleep 60" did not end in time',
    fault: 'command',
  });
  expect(shell.running).toBe(0);
});
