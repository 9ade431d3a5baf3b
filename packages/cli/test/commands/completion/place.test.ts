import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { nameCompletionPlace, SIGNATURE, signScript } from '../../../src/commands/completion/place.ts';
import { writeCompletionScript } from '../../../src/commands/completion/scripts.ts';
import { addStartLine, removeStartLine, writeStartLine } from '../../../src/commands/completion/start-line.ts';

const user = { env: {}, home: '/home/ann', hasBashCompletion: true };

test('each shell has its usual place, moved by the variables that move it', () => {
  const data = join('/home/ann', '.local', 'share');
  expect(nameCompletionPlace('bash', user)).toEqual({
    file: join(data, 'bash-completion', 'completions', 'ambassador'),
  });
  expect(nameCompletionPlace('bash', { ...user, hasBashCompletion: false })?.startFile).toBe(
    join('/home/ann', '.bashrc'),
  );
  expect(nameCompletionPlace('bash', { ...user, env: { BASH_COMPLETION_USER_DIR: '/b:/c' } })?.file).toBe(
    join('/b', 'completions', 'ambassador'),
  );
  expect(nameCompletionPlace('zsh', { ...user, env: { ZDOTDIR: '/z', XDG_DATA_HOME: '/d' } })).toEqual({
    file: join('/d', 'zsh', 'site-functions', '_ambassador'),
    startFile: join('/z', '.zshrc'),
  });
  expect(nameCompletionPlace('fish', { ...user, env: { XDG_CONFIG_HOME: '/c' } })).toEqual({
    file: join('/c', 'fish', 'completions', 'ambassador.fish'),
  });
  expect(nameCompletionPlace('powershell', user)).toBeUndefined();
});

test('the file says whose it is, and what zsh wants first stays first', () => {
  expect(signScript(writeCompletionScript('zsh')).split('\n').slice(0, 2)).toEqual([
    '#compdef ambassador',
    expect.stringContaining(SIGNATURE),
  ]);
  expect(signScript(writeCompletionScript('bash'))).toMatch(/^# Written by .*\n_ambassador\(\)/);
});

test('a start file is given one line once, where a link leads, and has it taken back', () => {
  const folder = mkdtempSync(join(tmpdir(), 'start-line-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [file, link] = [join(folder, 'zshrc'), join(folder, '.zshrc')];
  const before = Buffer.from([0x23, 0xe9, 0x0a, 0x6c, 0x73]);
  writeFileSync(file, before);
  symlinkSync('zshrc', link);
  const line = writeStartLine("/home/o'hara/_ambassador");
  expect(addStartLine(link, line)).toBe(true);
  expect(addStartLine(link, line)).toBe(false);
  expect(readFileSync(file, 'latin1')).toBe(`#\u00e9\nls\n${line}\n`);
  expect(line).toContain(`. '/home/o'\\''hara/_ambassador'`);
  expect(removeStartLine(link)).toBe(true);
  expect(removeStartLine(link)).toBe(false);
  expect(readFileSync(file)).toEqual(Buffer.concat([before, Buffer.from('\n')]));
  const own = join(folder, 'own');
  expect(addStartLine(own, line)).toBe(true);
  expect(removeStartLine(own)).toBe(true);
  expect(existsSync(own)).toBe(false);
  expect(removeStartLine(own)).toBe(false);
});
