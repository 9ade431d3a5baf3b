import { ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createEtcdRegistry } from '../../src/etcd/registry.ts';
import type { EntryEvent, FolderEvent } from '../../src/registry.ts';
import { MemoryEtcd } from './memory-etcd.ts';

const FOLDER = '/services/redis';
/** Longer than any back-off. */
const LONG_MS = 60_000;

async function createWorld() {
  const clock = new ManualClock();
  const etcd = new MemoryEtcd();
  const registry = createEtcdRegistry({ transport: etcd, clock, random: () => 0.5 });
  const told: FolderEvent[] = [];
  const kept: EntryEvent[] = [];
  const list = (): readonly string[] | undefined => {
    const last = told.at(-1);
    return last?.kind === 'read' ? last.entries.map(({ name, value }) => `${name}=${value}`) : undefined;
  };
  return { clock, etcd, registry, told, kept, list };
}

describe('a folder of etcd', () => {
  test('is told as it is, and after every change, without the keys of its neighbours', async () => {
    const { clock, etcd, registry, told, list } = await createWorld();
    etcd.write('/services/redis/a', '1');
    etcd.write('/services/redis2/x', '1');
    registry.follow(FOLDER, (event) => told.push(event));
    await clock.advance(0);
    expect(list()).toEqual(['a=1']);
    etcd.write('/services/redis/b', '2');
    etcd.delete('/services/redis/a');
    etcd.write('/services/redis0', 'no');
    await clock.advance(0);
    expect(list()).toEqual(['b=2']);
    await registry.close();
    expect([etcd.watches, etcd.closed, clock.pendingTimers]).toEqual([0, 1, 0]);
  });

  test('is lost and found again: the watch goes on where it broke', async () => {
    const { clock, etcd, registry, told, list } = await createWorld();
    etcd.write('/services/redis/a', '1');
    registry.follow(FOLDER, (event) => told.push(event));
    await clock.advance(0);
    etcd.goDown();
    await clock.advance(LONG_MS);
    expect(told.at(-1)).toMatchObject({ kind: 'lost', reason: expect.stringContaining('10.0.0.1:2379') });
    etcd.write('/services/redis/b', '2');
    etcd.isDown = false;
    await clock.advance(LONG_MS);
    expect(list()).toEqual(['a=1', 'b=2']);
    await registry.close();
  });

  test('is read anew where the history since has been compacted away', async () => {
    const { clock, etcd, registry, told, list } = await createWorld();
    etcd.write('/services/redis/a', '1');
    registry.follow(FOLDER, (event) => told.push(event));
    await clock.advance(0);
    etcd.goDown();
    etcd.delete('/services/redis/a');
    etcd.write('/services/redis/b', '2');
    etcd.compact();
    etcd.isDown = false;
    await clock.advance(LONG_MS);
    expect(list()).toEqual(['b=2']);
    await registry.close();
  });

  test('that comes back within two seconds was never lost', async () => {
    const { clock, etcd, registry, told } = await createWorld();
    etcd.write('/services/redis/a', '1');
    registry.follow(FOLDER, (event) => told.push(event));
    await clock.advance(0);
    etcd.goDown();
    await clock.advance(10);
    etcd.isDown = false;
    await clock.advance(LONG_MS);
    expect(told.map(({ kind }) => kind)).toEqual(['read']);
    await registry.close();
  });
});

describe('an entry of etcd', () => {
  test('stands while it is wanted, and goes when it is released', async () => {
    const { clock, etcd, registry, kept } = await createWorld();
    const entry = registry.hold(FOLDER, 'h1', (event) => kept.push(event));
    entry.write('one');
    await clock.advance(0);
    expect(etcd.valueOf('/services/redis/h1')).toBe('one');
    entry.write('two');
    await clock.advance(0);
    expect(etcd.valueOf('/services/redis/h1')).toBe('two');
    expect(kept).toEqual([
      { kind: 'written', value: 'one' },
      { kind: 'written', value: 'two' },
    ]);
    const released = entry.release();
    await clock.advance(0);
    await released;
    expect(etcd.keys).toEqual([]);
    await registry.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('is written anew when its lease was lost, and when somebody removed it', async () => {
    const { clock, etcd, registry, kept } = await createWorld();
    registry.hold(FOLDER, 'h1', (event) => kept.push(event)).write('one');
    await clock.advance(0);
    etcd.expireLeases();
    expect(etcd.keys).toEqual([]);
    await clock.advance(LONG_MS);
    expect(etcd.keys).toEqual(['/services/redis/h1']);
    etcd.delete('/services/redis/h1');
    await clock.advance(LONG_MS);
    expect(etcd.keys).toEqual(['/services/redis/h1']);
    await registry.close();
  });

  test('is told to be lost while etcd is down, and goes with its lease when the registry is closed', async () => {
    const { clock, etcd, registry, kept } = await createWorld();
    registry.hold(FOLDER, 'h1', (event) => kept.push(event)).write('one');
    await clock.advance(0);
    etcd.goDown();
    await clock.advance(LONG_MS);
    expect(kept.at(-1)?.kind).toBe('lost');
    etcd.isDown = false;
    await clock.advance(LONG_MS);
    expect(kept.at(-1)).toEqual({ kind: 'written', value: 'one' });
    await registry.close();
    expect(etcd.keys).toEqual([]);
  });

  test('that cannot be removed holds up nobody for longer than two seconds', async () => {
    const { clock, etcd, registry, kept } = await createWorld();
    const entry = registry.hold(FOLDER, 'h1', (event) => kept.push(event));
    entry.write('one');
    await clock.advance(0);
    etcd.goDown();
    let isReleased = false;
    void entry.release().then(() => {
      isReleased = true;
    });
    await clock.advance(2_000);
    expect(isReleased).toBe(true);
    await registry.close();
  });
});
