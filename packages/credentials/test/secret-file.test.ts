import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readSecret } from '../src/read-secret.ts';
import type { Secret } from '../src/secret.ts';
import { SecretFile, type SecretFileEvent } from '../src/secret-file.ts';

const OURS = { shelters: [], platform: 'linux' } as const;
const isWindows = process.platform === 'win32';
let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'secret-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function write(text: string, mode = 0o600, name = 'pw'): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

function reveal(secret: Secret): string {
  return secret.reveal().toString();
}

test.each([
  ['hunter2\n', 'hunter2'],
  ['hunter2\r\n', 'hunter2'],
  ['hunter2', 'hunter2'],
  ['hunter2\n\n', 'hunter2\n'],
  [' pass word \n', ' pass word '],
  ['\uFEFFhunter2\r\n', 'hunter2'],
])('%j is the secret %j', (text, secret) => {
  expect(reveal(readSecret(write(text), OURS))).toBe(secret);
});

test.each([
  ['', 'INVALID_SECRET', /is empty/],
  ['\n', 'INVALID_SECRET', /is empty/],
  ['a\0b', 'INVALID_SECRET', /zero byte/],
  ['x'.repeat(70_000), 'INVALID_SECRET', /70000 bytes/],
])('%.10j is refused as %s', (text, code, message) => {
  expect(() => readSecret(write(text), OURS)).toThrow(
    expect.objectContaining({ code, message: expect.stringMatching(message) }),
  );
});

test('on Windows a file that a group may read is refused, with the command that ends it', () => {
  const path = write('geheim');
  const read = (...readers: readonly string[]): unknown =>
    readSecret(path, { shelters: [], platform: 'win32', listReaders: () => readers });
  expect(() => read('Users')).toThrow(expect.objectContaining({ code: 'EXPOSED_SECRET' }));
  expect(() => read('Users')).toThrow(`${path}: Users may read it; run icacls "${path}" /inheritance:r`);
  expect(read()).toBeDefined();
});

test('a blank at the end counts, and is told when the secret is read and when it changes', () => {
  const events: SecretFileEvent[] = [];
  const path = write('geheim \r\n');
  const file = SecretFile.open(path, { ...OURS, onEvent: (event) => events.push(event) });
  expect(reveal(file.current)).toBe('geheim ');
  file.refresh();
  write('anders\t\n');
  file.refresh();
  write('anders\n');
  file.refresh();
  expect(events.map(({ kind }) => kind)).toEqual([
    'secret-ends-blank',
    'secret-changed',
    'secret-ends-blank',
    'secret-changed',
  ]);
});

test('a file that is missing, or is none, is named', () => {
  expect(() => readSecret(join(folder, 'absent'), OURS)).toThrow(expect.objectContaining({ code: 'MISSING_SECRET' }));
  expect(() => readSecret(folder, OURS)).toThrow(/is no file/);
});

test.skipIf(isWindows).each([0o640, 0o604, 0o644, 0o660, 0o602])(
  'a file of mode %o is refused: others may use it',
  (mode) => {
    expect(() => readSecret(write('hunter2', mode), OURS)).toThrow(
      expect.objectContaining({ code: 'EXPOSED_SECRET', message: expect.stringMatching(/chmod 600/) }),
    );
  },
);

test.skipIf(isWindows)("in the system's folders a file may be readable, yet never writable, for others", () => {
  const owner = process.getuid?.() ?? 0;
  const sheltered = { shelters: [{ folder, owner }], platform: 'linux' } as const;
  expect(reveal(readSecret(write('hunter2', 0o444), sheltered))).toBe('hunter2');
  expect(() => readSecret(write('hunter2', 0o646), sheltered)).toThrow(/others may change it/);
  const foreign = { shelters: [{ folder, owner: owner + 1 }], platform: 'linux' } as const;
  expect(() => readSecret(write('hunter2', 0o444), foreign)).toThrow(/others may read it/);
  const neighbour = { shelters: [{ folder: folder.slice(0, -1) }], platform: 'linux' } as const;
  expect(() => readSecret(write('hunter2', 0o444), neighbour)).toThrow(/others may read it/);
});

test('Windows has no such modes', () => {
  expect(reveal(readSecret(write('hunter2', 0o644), { shelters: [], platform: 'win32' }))).toBe('hunter2');
});

interface Opened {
  readonly file: SecretFile;
  readonly events: readonly SecretFileEvent[];
}

function open(path: string): Opened {
  const events: SecretFileEvent[] = [];
  return { file: SecretFile.open(path, { ...OURS, onEvent: (event) => events.push(event) }), events };
}

async function listCandidates(file: SecretFile): Promise<readonly string[]> {
  const all: string[] = [];
  for await (const secret of file.candidates()) all.push(reveal(secret));
  return all;
}

test('a secret that is refused is read again, and the one before is tried too', async () => {
  const { file, events } = open(write('one'));
  expect(await listCandidates(file)).toEqual(['one']);
  write('two');
  expect(await listCandidates(file)).toEqual(['one', 'two']);
  expect(events).toEqual([{ kind: 'secret-changed', name: file.name }]);
  expect(await listCandidates(file)).toEqual(['two', 'one', 'two']);
  write('three');
  file.refresh();
  expect(await listCandidates(file)).toEqual(['three', 'two', 'three']);
});

test('what is written while the one before is tried comes after it', async () => {
  const { file } = open(write('one'));
  write('two');
  file.refresh();
  const candidates = file.candidates();
  const next = async (): Promise<string> => {
    const { value } = await candidates.next();
    return value === undefined ? 'none' : reveal(value);
  };
  expect([await next(), await next()]).toEqual(['two', 'one']);
  write('three');
  expect([await next(), await next()]).toEqual(['three', 'none']);
});

test('nothing is read for a secret that is taken', async () => {
  const { file, events } = open(write('one'));
  write('two');
  const { value } = await file.candidates().next();
  expect(value === undefined ? '' : reveal(value)).toBe('one');
  expect(events).toEqual([]);
});

test('a file that is gone or broken leaves the secret as it was, and is told once', () => {
  const path = write('one');
  const { file, events } = open(path);
  rmSync(path);
  file.refresh();
  file.refresh();
  expect(reveal(file.current)).toBe('one');
  expect(events).toEqual([expect.objectContaining({ kind: 'secret-unreadable' })]);
  write('two');
  file.refresh();
  expect(reveal(file.current)).toBe('two');
  write('', 0o600);
  file.refresh();
  expect(events.map(({ kind }) => kind)).toEqual(['secret-unreadable', 'secret-changed', 'secret-unreadable']);
});

test.skipIf(isWindows)('a link that is swapped brings the other secret, as Kubernetes does it', () => {
  for (const [version, text] of [
    ['v1', 'one'],
    ['v2', 'two'],
  ] as const) {
    mkdirSync(join(folder, version));
    write(text, 0o600, join(version, 'pw'));
  }
  symlinkSync('v1', join(folder, '..data'));
  symlinkSync(join('..data', 'pw'), join(folder, 'pw'));
  const { file } = open(join(folder, 'pw'));
  symlinkSync('v2', join(folder, '..new'));
  renameSync(join(folder, '..new'), join(folder, '..data'));
  file.refresh();
  expect(reveal(file.current)).toBe('two');
});
