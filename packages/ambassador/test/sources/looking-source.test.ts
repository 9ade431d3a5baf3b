import { ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import type { Update } from '../../src/pool/update.ts';
import { createLookingSource, type SourceFinding, type SourceLook } from '../../src/sources/looking-source.ts';
import type { SourceHealth } from '../../src/sources/source-health.ts';

function endpoint(id: string): Endpoint {
  return {
    id,
    service: 'redis',
    addresses: ['10.0.0.1'],
    port: 6379,
    priority: 0,
    weight: 0,
    secure: false,
    source: 'test',
    draining: false,
  };
}

function found(...ids: readonly string[]): SourceFinding {
  return { kind: 'found', endpoints: ids.map(endpoint), holdsMs: 10_000 };
}

function createWorld(first: SourceFinding) {
  const clock = new ManualClock();
  const updates: Update[] = [];
  const health: SourceHealth[] = [];
  const looks: SourceLook[] = [];
  const world = {
    clock,
    updates,
    health,
    looks,
    finding: first as SourceFinding | Error,
    tookMs: 0,
    wake: (): void => undefined,
    watches: 0,
  };
  const source = createLookingSource({
    name: 'test',
    clock,
    random: () => 0.5,
    onHealth: (told) => health.push(told),
    look: async (look) => {
      looks.push(look);
      const { finding } = world;
      if (world.tookMs > 0) await new Promise<void>((resolve) => clock.after(world.tookMs, resolve));
      if (finding instanceof Error) throw finding;
      return finding;
    },
    watch: (wake) => {
      world.watches += 1;
      world.wake = wake;
      return () => {
        world.watches -= 1;
      };
    },
  });
  const start = async (): Promise<void> => {
    await source.start((update) => updates.push(update));
    await clock.advance(0);
  };
  return Object.assign(world, { source, start });
}

describe('a look', () => {
  test('follows when what was found ceases to hold, and is handed what was found before', async () => {
    const world = createWorld(found('a'));
    await world.start();
    world.finding = found('b');
    await world.clock.advance(10_000);
    expect(world.looks.map(({ previous }) => previous.map(({ id }) => id))).toEqual([[], ['a']]);
    expect(world.updates).toMatchObject([{ kind: 'reset' }, { kind: 'reset', endpoints: [{ id: 'b' }] }]);
  });

  test('that throws is a failure with its message, and changes nothing', async () => {
    const world = createWorld(found('a'));
    await world.start();
    world.finding = new Error('disk on fire');
    await world.clock.advance(10_000);
    expect(world.updates).toHaveLength(1);
    expect(world.health).toEqual([{ kind: 'failing', source: 'test', reason: 'disk on fire' }]);
  });

  test('that says that what was found may be out of date leaves it as stale, once, until it is found again', async () => {
    const world = createWorld(found('a'));
    await world.start();
    world.finding = { kind: 'unknown', reason: 'connect ECONNREFUSED', isStale: true };
    world.wake();
    await world.clock.advance(60_000);
    const stale = { kind: 'gone', ids: ['a'], reason: 'connect ECONNREFUSED', isUnasked: true };
    expect(world.updates).toEqual([{ kind: 'reset', endpoints: [endpoint('a')] }, stale]);
    world.finding = found('a');
    world.wake();
    await world.clock.advance(0);
    expect(world.updates.map(({ kind }) => kind)).toEqual(['reset', 'gone', 'reset']);
  });

  test('that is under way is not doubled; woken meanwhile, another follows at once', async () => {
    const world = createWorld(found('a'));
    world.tookMs = 500;
    await world.start();
    world.finding = found('b');
    world.wake();
    world.wake();
    world.source.verify('a');
    expect(world.looks).toHaveLength(1);
    await world.clock.advance(1_000);
    expect(world.looks).toHaveLength(2);
    expect(world.updates.at(-1)).toMatchObject({ endpoints: [{ id: 'b' }] });
  });

  test('is worth it when woken, in the middle of a wait after failures too', async () => {
    const world = createWorld({ kind: 'unknown', reason: 'no' });
    await world.start();
    world.finding = found('a');
    world.wake();
    await world.clock.advance(0);
    expect(world.updates).toHaveLength(1);
    expect(world.health.map(({ kind }) => kind)).toEqual(['failing', 'working']);
  });

  test('that is in doubt tells what it found, and comes again after 1 s, 2 s, 4 s', async () => {
    const world = createWorld({ kind: 'found', endpoints: [endpoint('a')], holdsMs: 3_600_000, doubt: 'half of it' });
    await world.start();
    await world.clock.advance(7_000);
    expect(world.looks).toHaveLength(4);
    expect(world.updates).toHaveLength(1);
    expect(world.health).toEqual([{ kind: 'failing', source: 'test', reason: 'half of it' }]);
  });

  test('for a failed dial says so', async () => {
    const world = createWorld(found('a'));
    await world.start();
    world.source.verify('a');
    await world.clock.advance(0);
    expect(world.looks.map(({ isVerification }) => isVerification)).toEqual([false, true]);
  });
});

describe('nobody', () => {
  test('found at first is nothing to tell but the reason', async () => {
    const world = createWorld({ kind: 'none', how: 'gone', reason: 'no such name', holdsMs: 1_000 });
    await world.start();
    await world.clock.advance(5_000);
    expect(world.updates).toEqual([]);
    expect(world.health).toEqual([{ kind: 'empty', source: 'test', reason: 'no such name' }]);
    expect(world.looks).toHaveLength(6);
  });

  test('is told once as gone, and the same again when somebody is back', async () => {
    const world = createWorld(found('a'));
    await world.start();
    world.finding = { kind: 'none', how: 'gone', reason: 'no such name', holdsMs: 1_000 };
    await world.clock.advance(20_000);
    world.finding = found('a');
    await world.clock.advance(1_000);
    expect(world.updates.map(({ kind }) => kind)).toEqual(['reset', 'gone', 'reset']);
  });
});

test('close ends the watch, the look under way and the timer', async () => {
  const world = createWorld(found('a'));
  await world.start();
  world.tookMs = 500;
  world.wake();
  expect(world.watches).toBe(1);
  await world.source.close();
  expect(world.looks.at(-1)?.signal.aborted).toBe(true);
  expect(world.watches).toBe(0);
  await world.clock.advance(60_000);
  world.wake();
  await world.clock.advance(60_000);
  expect([world.looks.length, world.clock.pendingTimers]).toEqual([2, 0]);
});

test('each look may have many listeners at the signal that ends the source', async () => {
  const warnings: Error[] = [];
  const hear = (warning: Error): void => void warnings.push(warning);
  process.on('warning', hear);
  const { source, looks, clock } = createWorld(found('a'));
  await source.start(() => undefined);
  await clock.advance(0);
  for (let count = 0; count < 20; count++) looks[0]?.signal.addEventListener('abort', () => undefined);
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', hear);
  expect(warnings).toEqual([]);
});
