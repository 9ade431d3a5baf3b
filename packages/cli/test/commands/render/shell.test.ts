import { expect, test } from 'vitest';
import { quoteShellWord, runCommandLine } from '../../../src/commands/render/shell.ts';

test('a word is one word, whatever is in it', () => {
  expect(quoteShellWord("a b'; rm -rf $HOME", 'linux')).toBe(`'a b'\\''; rm -rf $HOME'`);
  expect(quoteShellWord('C:\\a b', 'win32')).toBe('"C:\\a b"');
});

test('a command that can not even be started has failed', async () => {
  expect(await runCommandLine('reload\0')).toMatchObject({ isOk: false, output: '' });
});
