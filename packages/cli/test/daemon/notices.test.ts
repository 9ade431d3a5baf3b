import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Mesh, MeshKey, writeNotices } from '@mdns-ambassador/mesh';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, onTestFinished, test } from 'vitest';
import { findOwnRemoval } from '../../src/daemon/notices.ts';
import { keepNotices } from '../../src/network/notices.ts';
import type { Fact } from '../../src/output/reporter.ts';

const RING = { kind: 'keys', current: new MeshKey(Buffer.alloc(32, 1)) } as const;

/** A process on `name`, which knows what the ones before it have kept. */
function open(name: string, folder: string): Mesh {
  const mesh = new Mesh(RING, { clock: new ManualClock(), machine: { name, id: name } });
  const store = keepNotices(mesh, { env: { XDG_STATE_HOME: folder }, platform: 'linux' }, () => undefined);
  onTestFinished(() => store.close());
  return mesh;
}

test('a machine that a former run heard to be removed says so when it starts, and no other does', () => {
  const folder = mkdtempSync(join(tmpdir(), 'removed-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const told: (readonly [string | readonly string[] | undefined, Fact])[] = [];
  const reporter = { tell: (line: string | readonly string[] | undefined, fact: Fact) => void told.push([line, fact]) };
  const before = open('ben', folder);
  expect(findOwnRemoval(before, reporter)).toBeUndefined();
  const [machine = ''] = before.self?.keyIds ?? [];
  const notices = writeNotices(RING, before.notices.list, { kind: 'removed', machine, name: 'ben', at: 0 });
  before.notices.take(notices.map(({ text }) => text));
  expect(findOwnRemoval(open('anna', folder), reporter)).toBeUndefined();
  findOwnRemoval(open('ben', folder), reporter)?.();
  expect(told).toEqual([
    [
      expect.stringMatching(/^this machine \(ben\) was removed from the mesh, .* mesh remove --undo ben$/),
      { event: 'machine-removed', machine, name: 'ben', self: true },
    ],
  ]);
});
