import { ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { type EntryEvent, type FolderEvent, MAX_ENTRIES, MAX_VALUE_BYTES } from '../../src/registry.ts';
import { createZooKeeperRegistry } from '../../src/zookeeper/registry.ts';
import { MemoryZooKeeper } from './memory-zookeeper.ts';

const FOLDER = '/services/redis';
/** Longer than any back-off. */
const LONG_MS = 60_000;
const REFUSED = 'connect ECONNREFUSED 10.0.0.1:2181';

function createWorld(ensemble = new MemoryZooKeeper()) {
  const clock = new ManualClock();
  const registry = createZooKeeperRegistry({ openSession: ensemble.openSession, clock, random: () => 0.5 });
  const told: FolderEvent[] = [];
  const kept: EntryEvent[] = [];
  const follow = () => registry.follow(FOLDER, (event) => told.push(event));
  const hold = (name = 'h1') => registry.hold(FOLDER, name, (event) => kept.push(event));
  const list = (): readonly string[] | undefined => {
    const last = told.at(-1);
    return last?.kind === 'read' ? last.entries.map(({ name, value }) => `${name}=${value}`) : undefined;
  };
  return { ensemble, clock, registry, told, kept, follow, hold, list };
}

function createFolder(values: Readonly<Record<string, string>>): MemoryZooKeeper {
  const ensemble = new MemoryZooKeeper();
  ensemble.put(FOLDER, '');
  for (const [name, value] of Object.entries(values)) ensemble.put(`${FOLDER}/${name}`, value);
  return ensemble;
}

describe('a folder of ZooKeeper', () => {
  test('is told as it is, and after every change', async () => {
    const { ensemble, clock, registry, follow, told, list } = createWorld(createFolder({ a: '1' }));
    follow();
    expect(told).toEqual([]);
    await clock.advance(0);
    expect(list()).toEqual(['a=1']);
    ensemble.put(`${FOLDER}/b`, '2');
    await clock.advance(0);
    expect(list()).toEqual(['a=1', 'b=2']);
    ensemble.put(`${FOLDER}/a`, '3');
    await clock.advance(0);
    expect(list()).toEqual(['a=3', 'b=2']);
    ensemble.delete(`${FOLDER}/b`);
    await clock.advance(0);
    expect(list()).toEqual(['a=3']);
    await registry.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('that is not there has nobody, and is found once it is made', async () => {
    const { ensemble, clock, registry, follow, told, list } = createWorld();
    follow();
    await clock.advance(0);
    expect(told).toEqual([{ kind: 'read', entries: [], isMissing: true }]);
    ensemble.put(FOLDER, '');
    ensemble.put(`${FOLDER}/a`, '1');
    await clock.advance(0);
    expect(list()).toEqual(['a=1']);
    await registry.close();
  });

  test('whose node changes in the very moment in which it is read is told as it is now', async () => {
    const { ensemble, clock, registry, follow, list } = createWorld(createFolder({ a: 'old' }));
    follow();
    ensemble.last.onRead = () => ensemble.put(`${FOLDER}/a`, 'new');
    await clock.advance(0);
    expect(list()).toEqual(['a=new']);
    await registry.close();
  });

  test('is lost after two seconds without a connection, then read anew', async () => {
    const { ensemble, clock, registry, follow, told, list } = createWorld(createFolder({ a: '1' }));
    follow();
    await clock.advance(0);
    ensemble.last.cutOff(REFUSED);
    await clock.advance(1_999);
    expect(told.map(({ kind }) => kind)).toEqual(['read']);
    await clock.advance(1);
    expect(told.at(-1)).toEqual({ kind: 'lost', reason: REFUSED });
    ensemble.delete(`${FOLDER}/a`);
    ensemble.put(`${FOLDER}/b`, '2');
    ensemble.last.connect();
    await clock.advance(0);
    expect(list()).toEqual(['b=2']);
    await registry.close();
  });

  test('is the same when another server took over within two seconds: nothing is told', async () => {
    const { ensemble, clock, registry, follow, told } = createWorld(createFolder({ a: '1' }));
    follow();
    await clock.advance(0);
    ensemble.last.cutOff(REFUSED);
    await clock.advance(1_000);
    ensemble.last.connect();
    await clock.advance(LONG_MS);
    expect(told.map(({ kind }) => kind)).toEqual(['read']);
    await registry.close();
  });

  test('that could never be read is lost at once, once for each reason', async () => {
    const ensemble = createFolder({ a: '1' });
    ensemble.isDown = true;
    const { clock, registry, follow, told } = createWorld(ensemble);
    follow();
    await clock.advance(0);
    ensemble.last.cutOff(REFUSED);
    ensemble.last.cutOff('10.0.0.1:2181 does not answer');
    await clock.advance(0);
    expect(told).toEqual([
      { kind: 'lost', reason: REFUSED },
      { kind: 'lost', reason: '10.0.0.1:2181 does not answer' },
    ]);
    await registry.close();
  });

  test('is followed by the next session when one has expired', async () => {
    const { ensemble, clock, registry, follow, list } = createWorld(createFolder({ a: '1' }));
    follow();
    await clock.advance(0);
    ensemble.last.expire();
    await clock.advance(LONG_MS);
    expect(ensemble.sessions).toHaveLength(2);
    ensemble.put(`${FOLDER}/b`, '2');
    await clock.advance(0);
    expect(list()).toEqual(['a=1', 'b=2']);
    await registry.close();
  });

  test('that may not be read is asked for again, later each time', async () => {
    const ensemble = createFolder({ a: '1' });
    ensemble.failure = 'NO_AUTH';
    const { clock, registry, follow, told, list } = createWorld(ensemble);
    follow();
    await clock.advance(LONG_MS);
    expect(told).toEqual([{ kind: 'lost', reason: 'NO_AUTH' }]);
    ensemble.failure = undefined;
    await clock.advance(LONG_MS);
    expect(list()).toEqual(['a=1']);
    await registry.close();
  });

  test('that changes all the time is read now and then, and told as it is at last', async () => {
    const { ensemble, clock, registry, follow, told, list } = createWorld(createFolder({ a: 'first' }));
    follow();
    for (let change = 0; change < 500; change++) {
      ensemble.put(`${FOLDER}/a`, `${change}`);
      await clock.advance(1);
    }
    expect(told.length).toBeGreaterThan(20);
    expect(told.length).toBeLessThan(60);
    await clock.advance(20);
    expect(list()).toEqual(['a=499']);
    await clock.advance(LONG_MS);
    ensemble.put(`${FOLDER}/a`, 'at once');
    await clock.advance(0);
    expect(list()).toEqual(['a=at once']);
    await registry.close();
    expect(clock.pendingTimers).toBe(0);
  });

  test('is read up to a bound, and so is a value', async () => {
    const names = Array.from({ length: MAX_ENTRIES + 5 }, (_, index) => `n${String(index).padStart(5, '0')}`);
    const ensemble = createFolder(Object.fromEntries(names.map((name) => [name, '1'])));
    ensemble.put(`${FOLDER}/n00000`, 'x'.repeat(MAX_VALUE_BYTES + 1));
    const { clock, registry, follow, list } = createWorld(ensemble);
    follow();
    await clock.advance(0);
    expect(list()).toHaveLength(MAX_ENTRIES);
    expect(list()?.[0]).toBe('n00000=');
    await registry.close();
  });

  test('tells nothing once it, or the registry, is closed', async () => {
    const { ensemble, clock, registry, follow, told } = createWorld(createFolder({ a: '1' }));
    const watch = follow();
    await clock.advance(0);
    watch.close();
    watch.close();
    ensemble.put(`${FOLDER}/b`, '2');
    await clock.advance(LONG_MS);
    follow();
    await registry.close();
    await registry.close();
    ensemble.put(`${FOLDER}/c`, '3');
    await clock.advance(LONG_MS);
    expect(told).toHaveLength(1);
    expect([ensemble.last.isClosed, clock.pendingTimers]).toEqual([true, 0]);
  });
});

describe('an entry of ZooKeeper', () => {
  test('is an ephemeral node while it is wanted; the folder lasts', async () => {
    const { ensemble, clock, registry, hold, kept } = createWorld();
    const entry = hold();
    await clock.advance(0);
    expect(ensemble.listPaths()).toEqual([]);
    entry.write('one');
    await clock.advance(0);
    entry.write('two');
    await clock.advance(0);
    expect(ensemble.valueOf(`${FOLDER}/h1`)).toBe('two');
    expect(kept).toEqual([
      { kind: 'written', value: 'one' },
      { kind: 'written', value: 'two' },
    ]);
    await entry.withdraw();
    expect(ensemble.listPaths()).toEqual([FOLDER]);
    entry.write('three');
    await clock.advance(0);
    expect(ensemble.valueOf(`${FOLDER}/h1`)).toBe('three');
    await registry.close();
    expect(ensemble.listPaths()).toEqual([FOLDER]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('is written by the next session when one has expired', async () => {
    const { ensemble, clock, registry, hold, kept } = createWorld();
    hold().write('one');
    await clock.advance(0);
    ensemble.last.expire();
    expect(ensemble.valueOf(`${FOLDER}/h1`)).toBeUndefined();
    await clock.advance(LONG_MS);
    expect(ensemble.nodes.get(`${FOLDER}/h1`)?.owner).toBe(ensemble.last);
    expect(ensemble.sessions).toHaveLength(2);
    expect(kept.at(-1)).toEqual({ kind: 'written', value: 'one' });
    await registry.close();
  });

  test('takes the place of what a former life left under its name', async () => {
    const ensemble = createFolder({ h1: 'left over' });
    const { clock, registry, hold } = createWorld(ensemble);
    hold().write('one');
    await clock.advance(0);
    expect(ensemble.nodes.get(`${FOLDER}/h1`)).toMatchObject({ value: 'one', owner: ensemble.last });
    await registry.close();
  });

  test('that somebody removes or changes is written again', async () => {
    const { ensemble, clock, registry, hold, kept } = createWorld();
    hold().write('one');
    await clock.advance(0);
    ensemble.delete(`${FOLDER}/h1`);
    await clock.advance(0);
    expect(ensemble.valueOf(`${FOLDER}/h1`)).toBe('one');
    ensemble.put(`${FOLDER}/h1`, 'nonsense');
    await clock.advance(0);
    expect(ensemble.valueOf(`${FOLDER}/h1`)).toBe('one');
    expect(kept).toEqual([{ kind: 'written', value: 'one' }]);
    await registry.close();
  });

  test('that was withdrawn while nobody could be asked is removed when that works, and written no more', async () => {
    const { ensemble, clock, registry, hold } = createWorld();
    const entry = hold();
    entry.write('one');
    await clock.advance(0);
    ensemble.last.cutOff(REFUSED);
    let isReleased = false;
    void entry.release().then(() => {
      isReleased = true;
    });
    await clock.advance(1_999);
    expect(isReleased).toBe(false);
    await clock.advance(1);
    expect(isReleased).toBe(true);
    expect(ensemble.valueOf(`${FOLDER}/h1`)).toBe('one');
    ensemble.last.connect();
    await clock.advance(0);
    expect(ensemble.listPaths()).toEqual([FOLDER]);
    entry.write('two');
    await clock.advance(LONG_MS);
    expect(ensemble.listPaths()).toEqual([FOLDER]);
    await registry.close();
  });

  test('that may not be written is told once for each reason, and tried again', async () => {
    const ensemble = new MemoryZooKeeper();
    ensemble.failure = 'NO_AUTH';
    const { clock, registry, hold, kept } = createWorld(ensemble);
    hold().write('one');
    await clock.advance(LONG_MS);
    expect(kept).toEqual([{ kind: 'lost', reason: 'NO_AUTH' }]);
    ensemble.failure = undefined;
    await clock.advance(LONG_MS);
    expect(kept.at(-1)).toEqual({ kind: 'written', value: 'one' });
    await registry.close();
  });

  test('of many of one process shares a session with them; one that leaves takes nobody along', async () => {
    const { ensemble, clock, registry, hold } = createWorld();
    hold('h1').write('one');
    const second = hold('h2');
    second.write('two');
    await clock.advance(0);
    await second.release();
    expect(ensemble.listPaths()).toEqual([FOLDER, `${FOLDER}/h1`]);
    expect(ensemble.sessions).toHaveLength(1);
    await registry.close();
  });
});
