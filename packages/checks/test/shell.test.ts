import { expect, test } from 'vitest';
import { createShell } from '../src/shell.ts';

test('a command that can not even be started has failed, and needs no end', async () => {
  const killed: number[] = [];
  const run = createShell({ platform: process.platform, environment: {}, kill: (pid) => killed.push(pid) });
  const { ended, kill } = run('check\0');
  expect(await ended).toMatchObject({ kind: 'failed' });
  kill();
  expect(killed).toEqual([]);
});
