import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { nameStateFolder, readSeed } from '../../src/machine/seed.ts';

let folder = '';

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'ambassador-seed-'));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe('The seed of a machine', () => {
  test('is made once, readable by its user alone', () => {
    const state = join(folder, 'state', 'ambassador');
    const seed = readSeed(state, 'h1');
    expect(seed).toMatch(/^[0-9a-f]{32}$/);
    expect(readSeed(state, 'h1')).toBe(seed);
    expect(statSync(join(state, 'seed')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(state, 'seed'), 'utf8')).toBe(`${seed}\n`);
  });

  test("is the machine's id where none can be kept, and without one its name", () => {
    const file = join(folder, 'machine-id');
    writeFileSync(file, `${'0123'.repeat(8)}\n`);
    expect(readSeed(join(file, 'state'), 'h1', file)).toBe('0123'.repeat(8));
    expect(readSeed(join(file, 'state'), 'h1', join(folder, 'none'))).toBe('h1');
  });

  test('is not what somebody else put into its place', () => {
    writeFileSync(join(folder, 'seed'), 'hello');
    expect(readSeed(folder, 'h1', join(folder, 'none'))).toBe('h1');
    expect(readFileSync(join(folder, 'seed'), 'utf8')).toBe('hello');
  });
});

test('State is kept where the system has a place for it', () => {
  expect(nameStateFolder({ XDG_STATE_HOME: '/state' }, 'linux')).toBe('/state/ambassador');
  expect(nameStateFolder({}, 'linux')).toMatch(/\.local\/state\/ambassador$/);
  expect(nameStateFolder({ LOCALAPPDATA: '/local' }, 'win32')).toBe('/local/ambassador');
});
