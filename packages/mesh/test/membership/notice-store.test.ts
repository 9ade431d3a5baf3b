import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { listMeshIds } from '../../src/key-ring.ts';
import { MeshKey } from '../../src/keys/mesh-key.ts';
import { nameNoticeFile } from '../../src/membership/notice-file.ts';
import { NoticeStore } from '../../src/membership/notice-store.ts';
import { Notices } from '../../src/membership/notices.ts';
import { writeNotices } from '../../src/membership/write-notices.ts';

const root = mkdtempSync(join(tmpdir(), 'notices-'));
afterAll(() => rmSync(root, { recursive: true }));
const RING = { kind: 'keys', current: new MeshKey(Buffer.alloc(32, 1)) } as const;
const [MESH = ''] = listMeshIds(RING);
const LAPTOP = 'a'.repeat(40);
const DESK = 'b'.repeat(40);

function open(folder: string): { notices: Notices; store: NoticeStore; failures: unknown[] } {
  const notices = new Notices(RING);
  const failures: unknown[] = [];
  const onFailure = (error: unknown): unknown => failures.push(error);
  return { notices, store: new NoticeStore({ notices, folder, meshIds: () => [MESH], onFailure }), failures };
}

function remove(notices: Notices, machine: string): void {
  const written = writeNotices(RING, notices.list, { kind: 'removed', machine, name: 'laptop', at: 0 });
  notices.take(written.map(({ text }) => text));
}

test('what keepers have said outlasts a restart, in a file for its owner alone', () => {
  const folder = join(root, 'restart', 'state');
  const first = open(folder);
  remove(first.notices, LAPTOP);
  first.store.close();
  expect(open(folder).notices.isRemoved(LAPTOP)).toBe(true);
  expect(readdirSync(folder)).toEqual([`notices-${MESH}`]);
  if (process.platform !== 'win32') expect(statSync(nameNoticeFile(folder, MESH)).mode & 0o777).toBe(0o600);
});

test('two processes that write at a time end with what both know, and write no more then', () => {
  const folder = join(root, 'two');
  const [one, other] = [open(folder), open(folder)];
  remove(one.notices, LAPTOP);
  remove(other.notices, DESK);
  for (let turn = 0; turn < 2; turn++) for (const { store } of [one, other]) store.load();
  for (const { notices } of [one, other]) {
    expect([notices.isRemoved(LAPTOP), notices.isRemoved(DESK)]).toEqual([true, true]);
  }
  const file = nameNoticeFile(folder, MESH);
  const before = statSync(file).ino;
  for (const { store } of [one, other]) store.load();
  expect(statSync(file).ino).toBe(before);
  expect(open(folder).notices.digest).toBe(one.notices.digest);
});

test.each([
  ['forged', `${MESH} ${LAPTOP} removed 9 0 laptop ${'A'.repeat(86)}\n`],
  ['cut off', 'amb'],
  ['nonsense', '\u0000\n\n\n{'],
  ['of a size that no list has', `${'x'.repeat(511)}\n`.repeat(600)],
])('a file that is %s says nothing, and is written anew', (_, text) => {
  const folder = mkdtempSync(join(root, 'broken-'));
  writeFileSync(nameNoticeFile(folder, MESH), text);
  const { notices } = open(folder);
  expect(notices.list.size).toBe(0);
  remove(notices, LAPTOP);
  expect(readFileSync(nameNoticeFile(folder, MESH), 'utf8')).toContain(notices.texts[0]);
  expect(open(folder).notices.isRemoved(LAPTOP)).toBe(true);
});

test('where nothing can be kept that is told once, and what was said counts all the same', () => {
  const file = join(root, 'file');
  writeFileSync(file, '');
  const { notices, failures } = open(join(file, 'state'));
  remove(notices, LAPTOP);
  remove(notices, DESK);
  expect([notices.isRemoved(LAPTOP), notices.isRemoved(DESK), failures.length]).toEqual([true, true, 1]);
});
