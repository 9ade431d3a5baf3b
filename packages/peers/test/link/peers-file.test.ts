import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { readPeersFile, writePeersFile } from '../../src/link/peers-file.ts';

function makePath(): string {
  const folder = mkdtempSync(join(tmpdir(), 'peers-file-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'ambassador', 'peers.json');
}

const place = (host: string, hasLinked = true): { host: string; port: number; hasLinked: boolean } => ({
  host,
  port: 5350,
  hasLinked,
});

test('what is written is read by the same group, beside what others wrote, and by its owner alone', () => {
  const path = makePath();
  writePeersFile(path, 'open', [place('10.0.0.1')]);
  writePeersFile(path, 'a1b2', [place('10.0.0.2', false)]);
  writePeersFile(path, 'open', [place('10.0.0.3'), place('10.0.0.1', false)]);
  expect(readPeersFile(path, 'open')).toEqual([place('10.0.0.3'), place('10.0.0.1')]);
  expect(readPeersFile(path, 'a1b2')).toEqual([place('10.0.0.2', false)]);
  if (process.platform !== 'win32') expect(statSync(path).mode & 0o777).toBe(0o600);
  expect(readdirSync(join(path, '..'))).toEqual(['peers.json']);
});

test.each([
  ['nothing', ''],
  ['no JSON', '{'],
  ['another version', '{"v":2,"peers":[{"host":"10.0.0.1","port":1,"hasLinked":true,"group":"open"}]}'],
  ['no list', '{"v":1,"peers":{}}'],
  [
    'names and ports that are none',
    '{"v":1,"peers":[{"host":"x","port":1,"group":"open"},{"host":"10.0.0.1","port":0,"group":"open"}]}',
  ],
  ['too much', `{"v":1,"peers":[]${' '.repeat(70_000)}}`],
])('a file with %s is one without peers', (_, text) => {
  const path = makePath();
  writePeersFile(path, 'open', [place('10.0.0.1')]);
  writeFileSync(path, text);
  expect(readPeersFile(path, 'open')).toEqual([]);
});

test('places without end are kept no more than there is room for', () => {
  const path = makePath();
  for (let group = 0; group < 5; group++) {
    writePeersFile(
      path,
      `g${group}`,
      Array.from({ length: 64 }, (_, index) => place(`10.0.${group}.${index}`)),
    );
  }
  expect(JSON.parse(readFileSync(path, 'utf8')).peers).toHaveLength(256);
  expect(readPeersFile(path, 'g4')).toHaveLength(64);
});
