import { spawnSync } from 'node:child_process';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readTypedWord, writeShellWord } from '../../../src/commands/completion/shell-words.ts';

/** What an instance on the network may be called, as far as it is offered: every printable character, and those that shells read more into. */
const names = fc
  .array(
    fc.oneof(
      fc.constantFrom(...'$()`"\'\\;&|<>*?[]{}!#~=: \u2018\u2019\u00a0é日'),
      fc.constantFrom('$(touch pwned)', '`touch pwned`', '; touch pwned', '$IFS', '!!', '%s', '--', 'redis on h1'),
      fc.string({ minLength: 1, maxLength: 3, unit: 'grapheme-ascii' }),
    ),
    { minLength: 1, maxLength: 6 },
  )
  .map((parts) => parts.join(''));

test('bash takes a word for just this text, also within quotes that were opened', () => {
  const words = fc.sample(names, 300);
  const script = words.flatMap((name) =>
    (['', '"', "'"] as const).flatMap((quote) => {
      const word = writeShellWord(name, 'bash', quote);
      return word === undefined ? [] : [{ name, line: `${quote}${word}${quote}` }];
    }),
  );
  expect(script.length).toBeGreaterThan(500);
  const text = script.map(({ line }) => `printf '%s\\0' ${line}`).join('\n');
  const { stdout, stderr } = spawnSync('/bin/bash', ['-s'], {
    input: text,
    encoding: 'utf8',
    env: { LC_ALL: 'C.UTF-8' },
  });
  expect(stderr).toBe('');
  expect(stdout.split('\0').slice(0, -1)).toEqual(script.map(({ name }) => name));
});

test('what was written for bash is read as the same text, when it is completed on', () => {
  fc.assert(
    fc.property(names, (name) => {
      const word = writeShellWord(name, 'bash', '') ?? '';
      expect(readTypedWord(word, 'bash')).toEqual({ text: name, quote: '' });
    }),
  );
});

test('PowerShell is told quoted text, whatever quotes it knows', () => {
  expect(writeShellWord('redis', 'powershell', '')).toBe('redis');
  expect(writeShellWord('$(reboot)', 'powershell', '')).toBe("'$(reboot)'");
  expect(writeShellWord("it's \u2019; reboot", 'powershell', '')).toBe("'it''s \u2019\u2019; reboot'");
  expect(writeShellWord('@args', 'powershell', '')).toBe("'@args'");
  expect(writeShellWord('a,b', 'powershell', '')).toBe("'a,b'");
});
