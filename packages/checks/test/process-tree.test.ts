import { expect, test } from 'vitest';
import { endProcessTree } from '../src/process-tree.ts';

test.each([
  ['by taskkill, with all that it started', true, []],
  ['alone, where taskkill can not', false, ['killed']],
  ['alone, where taskkill can not even be started', new Error('spawn ENOMEM'), ['killed']],
])('a process of Windows is ended %s', async (_, isDone, expected) => {
  const [ran, killed]: [unknown[], string[]] = [[], []];
  endProcessTree({ pid: 42, kill: () => killed.push('killed') }, async (...words) => {
    ran.push(words);
    if (isDone instanceof Error) throw isDone;
    return isDone;
  });
  await Promise.resolve();
  expect(ran).toEqual([['taskkill', ['/pid', '42', '/T', '/F']]]);
  expect(killed).toEqual(expected);
});
