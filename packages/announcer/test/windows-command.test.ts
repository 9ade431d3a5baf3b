import fc from 'fast-check';
import { expect, test } from 'vitest';
import { planWindowsStart } from '../src/windows-command.ts';

const FILES = [
  'C:\\nodejs\\node.exe',
  'C:\\nodejs\\npm',
  'C:\\nodejs\\npm.cmd',
  'C:\\app\\srv.js',
  'C:\\app\\my tool.bat',
  'C:\\app\\python3.12.exe',
  'D:\\100%\\run.cmd',
];

function plan(command: string, args: readonly string[] = [], environment: Record<string, string> = {}) {
  return planWindowsStart(command, args, {
    environment: { Path: 'C:\\Windows;"C:\\nodejs";', SYSTEMROOT: 'C:\\Windows', ...environment },
    folder: 'C:\\app',
    isFile: (path) => FILES.some((one) => one.toLowerCase() === path.toLowerCase()),
  });
}

function commandLine(command: string, args: readonly string[] = []): string | undefined {
  return plan(command, args).args.at(-1);
}

test('npm is a script, and the command interpreter runs it', () => {
  expect(plan('npm', ['start'])).toEqual({
    file: 'C:\\Windows\\System32\\cmd.exe',
    args: ['/d', '/e:on', '/v:off', '/s', '/c', '"C:\\nodejs\\npm.CMD start"'],
    isVerbatim: true,
  });
  expect(commandLine('npm.cmd', ['start'])).toBe('"C:\\nodejs\\npm.cmd start"');
  expect(commandLine('.\\my tool', [])).toBe('""C:\\app\\my tool.BAT""');
});

test('a program is started by itself, with its words as they are', () => {
  expect(plan('node', ['a b', '%x%'])).toEqual({
    file: 'C:\\nodejs\\node.EXE',
    args: ['a b', '%x%'],
    isVerbatim: false,
  });
  expect(plan('python3.12').file).toBe('C:\\app\\python3.12.EXE');
});

test('what is not found is left to the system, which says so', () => {
  expect(plan('nosuch', ['x'])).toEqual({ file: 'nosuch', args: ['x'], isVerbatim: false });
  const elsewhere = { NoDefaultCurrentDirectoryInExePath: '1' };
  expect(plan('python3.12', [], elsewhere).file).toBe('python3.12');
});

test('a file that Windows does not run by itself is refused with the program to write', () => {
  for (const command of ['srv.js', '.\\srv.js', 'C:\\app\\srv.js']) {
    expect(() => plan(command)).toThrow(`write the program that runs it first, as in node ${command}`);
  }
});

test.each([
  ['', '""'],
  ['a b', '"a b"'],
  ['a&calc', '"a&calc"'],
  ['"&calc&"', '"""&calc&"""'],
  ['C:\\x y\\', '"C:\\x y\\\\"'],
  ['C:\\x\\', '"C:\\x\\\\"'],
  ['a\\"b', '"a\\\\""b"'],
  ['^', '"^"'],
  ['%PATH%', '"%%cd:~,%PATH%%cd:~,%"'],
  ['a=b', '"a=b"'],
  ['--port=1;2,3', '"--port=1;2,3"'],
])('the word %j stands as %s in the command line', (word, quoted) => {
  expect(commandLine('npm', [word])).toBe(`"C:\\nodejs\\npm.CMD ${quoted}"`);
});

test('the path of a script is a word like the others', () => {
  expect(commandLine('D:\\100%\\run.cmd')).toBe('""D:\\100%%cd:~,%\\run.cmd""');
});

test('a line break, which would end the command, is refused', () => {
  expect(() => plan('npm', ['a\nb'])).toThrow('has a line break');
});

test('whatever a word holds, cmd.exe sees nothing of it outside of quotes, and the program gets it as it was', () => {
  const word = fc.string({ unit: fc.constantFrom('"', '\\', '&', '|', ' ', '^', '%', 'a', '<') });
  fc.assert(
    fc.property(fc.array(word, { minLength: 1, maxLength: 3 }), (words) => {
      const line = commandLine('npm', words)?.slice('"C:\\nodejs\\npm.CMD '.length, -1) ?? '';
      const seen = line.replaceAll('%%cd:~,%', '%');
      expect(listUnquoted(seen)).toMatch(/^[\w./\\:@+ -]*$/);
      expect(splitWords(seen)).toEqual(words);
    }),
  );
});

/** What cmd.exe does not take for quoted: each quote begins or ends. */
function listUnquoted(line: string): string {
  return line
    .split('"')
    .filter((_, index) => index % 2 === 0)
    .join('');
}

/** As Microsoft's C runtime splits a command line: within quotes, two quotes are one. */
function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let word: string | undefined;
  let isQuoted = false;
  for (let at = 0; at < line.length; ) {
    const [, slashes = '', quotes = '', other = ''] = /^(\\*)("{0,2})([^\\"]?)/.exec(line.slice(at)) ?? [];
    if (quotes === '') {
      at += slashes.length + other.length;
      if (slashes !== '') word = (word ?? '') + slashes;
      if (other === ' ' && !isQuoted) {
        if (word !== undefined) words.push(word);
        word = undefined;
      } else word = (word ?? '') + other;
      continue;
    }
    const isEscaped = slashes.length % 2 === 1;
    const isOne = !isEscaped && isQuoted && quotes === '""';
    at += slashes.length + (isOne ? 2 : 1);
    word = (word ?? '') + '\\'.repeat(Math.floor(slashes.length / 2)) + (isEscaped || isOne ? '"' : '');
    if (!isEscaped && !isOne) isQuoted = !isQuoted;
  }
  return word === undefined ? words : [...words, word];
}
