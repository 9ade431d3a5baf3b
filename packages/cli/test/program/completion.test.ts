import { expect, test } from 'vitest';
import { SHELLS, writeCompletionScript } from '../../src/commands/completion/shells.ts';
import { completeWords } from '../../src/program/completion.ts';

test.each<[string[], string[]]>([
  [['pr'], ['proxy']],
  [['help', 'an'], ['announce']],
  [['proxy', 'redi'], ['redis']],
  [['proxy', '--bal'], ['--balance']],
  [['proxy', '--balance', 'p'], ['p2c']],
  [['announce', 'redis', '--check', 'ht'], ['http:/']],
  [['list', '--log-l'], ['--log-level']],
  [['completion', 'z'], ['zsh']],
  [['demo', ''], []],
  [['render', 'h'], ['haproxy']],
  [['render', 'haproxy', 'redi'], ['redis']],
  [
    ['mesh', ''],
    ['invite', 'join', 'members', 'remove', 'rename', 'init', 'show', 'token', 'rotate'],
  ],
  [['mesh', 'show', ''], []],
  [
    ['service', ''],
    ['install', 'uninstall', 'status'],
  ],
  [['service', 'install', '--us'], ['--user']],
  [['up', '--dry'], ['--dry-run']],
  [['frobnicate', ''], []],
])('after %j comes %j', async (words, candidates) => {
  expect(await completeWords(words)).toEqual(candidates);
});

test('at the beginning stand the commands', async () => {
  expect(await completeWords([''])).toEqual(expect.arrayContaining(['announce', 'proxy', 'demo', '--help']));
});

test('options that this version refuses are not offered', async () => {
  expect(await completeWords(['proxy', '--'])).not.toContain('--docker');
});

test.each(SHELLS)('the script for %s asks the program itself', (shell) => {
  expect(writeCompletionScript(shell)).toContain('ambassador __complete');
});

test('zsh loads what completes where nobody has, as on a fresh Mac', () => {
  const script = writeCompletionScript('zsh');
  expect(script).toMatch(
    /\$\+functions\[compdef\] \)\) \|\| \{ autoload -Uz compinit && compinit; \}\s+compdef _ambassador/,
  );
});
