import { expect, test } from 'vitest';
import { writeCompletionScript } from '../../src/commands/completion/scripts.ts';
import { SHELLS } from '../../src/commands/completion/shells.ts';
import type { SeenName } from '../../src/network/seen/seen-instance.ts';
import { completeFor, completeWords } from '../../src/program/completion.ts';

const nothing = async (): Promise<readonly SeenName[]> => [];

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
  [['proxy', '--balance', '=', 'p'], ['p2c']],
  [['proxy', '--balance=p'], ['--balance=p2c']],
  [['proxy', '--balance=', 'redi'], ['redis']],
  [['run', 'redis', '--', ''], []],
])('after %j comes %j', async (words, candidates) => {
  expect(await completeWords(words, nothing)).toEqual(candidates);
});

const seen: readonly SeenName[] = [
  { service: 'redis', instance: 'redis on h1' },
  { service: 'orders', instance: 'orders on h2' },
  { service: 'orders', instance: 'orders on h2' },
  { service: 'orders', instance: '--insecure-inject' },
  { service: 'orders', instance: 'or\u001b[31mders' },
  { service: 'orders', instance: 'or\nders' },
  { service: 'orders' },
  { service: '$(reboot)' },
  { service: '-rf', instance: 'orders; reboot' },
];
const lookUp = async (): Promise<readonly SeenName[]> => seen;

test.each<[string[], string[]]>([
  [['proxy', 'or'], ['orders']],
  [['list', 're'], ['redis']],
  [['mesh', 'invite', '--proxy', 'or'], ['orders']],
  [['proxy', 'orders:5000', '--instance', ''], ['orders on h2']],
  [
    ['proxy', 'grafana', '--instance', 'or'],
    ['orders on h2', 'orders; reboot'],
  ],
  [['proxy', '--instance=red'], ['--instance=redis on h1']],
  [['proxy', '$'], []],
  [['proxy', '-r'], []],
])('with these services on the link, after %j comes %j', async (words, candidates) => {
  expect(await completeWords(words, lookUp)).toEqual(candidates);
});

test('nobody is asked about the link where none of its words may stand', async () => {
  const refuse = async (): Promise<never> => {
    throw new Error('it was asked');
  };
  expect(await completeWords(['proxy', '--balance', 'p'], refuse)).toEqual(['p2c']);
  expect(await completeWords(['pr'], refuse)).toEqual(['proxy']);
});

test('each shell is told words as it writes them, within the quotes that were opened', async () => {
  const ask = (shell: string, word: string): Promise<readonly string[]> =>
    completeFor(shell, ['proxy', 'grafana', '--instance', word], lookUp);
  expect(await ask('bash', 'orders;')).toEqual(['orders\\;\\ reboot']);
  expect(await ask('bash', 'orders\\;\\ ')).toEqual(['orders\\;\\ reboot']);
  expect(await ask('bash', '"orders;')).toEqual(['orders; reboot']);
  expect(await ask('bash', "'orders;")).toEqual(['orders; reboot']);
  expect(await ask('bash', 'or"ders;')).toEqual([]);
  expect(await ask('zsh', 'orders;')).toEqual(['orders; reboot']);
  expect(await ask('fish', 'orders\\;')).toEqual(['orders; reboot']);
  expect(await ask('powershell', "'orders;")).toEqual(["'orders; reboot'"]);
  expect(await ask('csh', 'orders;')).toEqual([]);
});

test('at the beginning stand the commands', async () => {
  expect(await completeWords([''], nothing)).toEqual(expect.arrayContaining(['announce', 'proxy', 'demo', '--help']));
});

test('options that this version refuses are not offered', async () => {
  expect(await completeWords(['proxy', '--'], nothing)).not.toContain('--docker');
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
