import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, test } from 'vitest';
import { NOT_REGULAR, readInputFile, TOO_LONG } from '../src/input-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'input-file-'));
afterAll(() => rmSync(folder, { recursive: true }));
const isWindows = process.platform === 'win32';
const file = join(folder, 'file');
writeFileSync(file, 'hello');

function expectRefusal(path: string, code: string, sentence: RegExp): void {
  const read = (): Buffer => readInputFile(path, { maxBytes: 100, takesPipe: true });
  expect(read).toThrow(expect.objectContaining({ code, message: expect.stringMatching(sentence) }));
}

test('a regular file is read, up to its bound', () => {
  expect(readInputFile(file, { maxBytes: 5 }).toString()).toBe('hello');
  expect(() => readInputFile(file, { maxBytes: 4 })).toThrow(expect.objectContaining({ code: TOO_LONG }));
});

test('long ones come whole', () => {
  const long = join(folder, 'long');
  const text = 'abcdefg'.repeat(40_000);
  writeFileSync(long, text);
  expect(readInputFile(long, { maxBytes: text.length }).toString()).toBe(text);
});

test('who accepts sees what it is before a byte is read', () => {
  const accept = (): never => {
    throw new Error('not this one');
  };
  expect(() => readInputFile(file, { maxBytes: 5, accept })).toThrow('not this one');
});

test('what is not there, and a folder, are told of in a sentence', () => {
  expectRefusal(join(folder, 'none'), 'ENOENT', /none is not there; write/);
  if (!isWindows) expectRefusal(folder, 'EISDIR', /is a folder; write/);
});

describe.skipIf(isWindows)('what would keep a reader waiting', () => {
  test('a FIFO, a device and a socket are refused at once', () => {
    const fifo = join(folder, 'fifo');
    execFileSync('sh', ['-c', 'mkfifo "$0"', fifo]);
    expectRefusal(fifo, NOT_REGULAR, /fifo is a pipe, a socket or a device; write/);
    expectRefusal('/dev/zero', NOT_REGULAR, /is a pipe/);
  });

  test('a pipe that the shell passed is read to its end where that is wanted, however its writer dawdles', () => {
    const source = fileURLToPath(new URL('../dist/input-file.js', import.meta.url));
    const program = `import { readInputFile } from ${JSON.stringify(source)};
      process.stdout.write(readInputFile(process.argv[1], { maxBytes: 200000, takesPipe: process.argv[2] === 'yes' }));`;
    const run = (takesPipe: string): string =>
      execFileSync(
        'bash',
        [
          '-c',
          '"$0" --input-type=module -e "$1" <(head -c 100000 /dev/zero; sleep 0.1; echo end) "$2"',
          process.execPath,
          program,
          takesPipe,
        ],
        { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] },
      );
    expect(run('yes').slice(99_999)).toBe('\0end\n');
    expect(() => run('no')).toThrow(/is a pipe, a socket or a device/);
  });
});
