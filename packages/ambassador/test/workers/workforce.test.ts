import type { Check, CheckOutcome } from '@mdns-ambassador/checks';
import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import { pauseAfter } from '../../src/workers/crew.ts';
import { endpoint } from '../pool/fixtures.ts';
import { MemoryWorkforce, type MemoryWorkforceOptions } from './memory-workforce.ts';

async function start(options: MemoryWorkforceOptions = {}): Promise<MemoryWorkforce> {
  const world = new MemoryWorkforce(options);
  const started = world.ambassador.start();
  await world.clock.advance(0);
  await started;
  return world;
}

function countersOf({ ambassador }: MemoryWorkforce) {
  const [status] = ambassador.status();
  if (status === undefined) throw new Error('no status');
  return status;
}

describe('one discovery', () => {
  test('what the source finds is known to every worker, and told once', async () => {
    const world = await start();
    world.answering.add('a');
    world.source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    for (const worker of world.workers) worker.connect();
    await world.clock.advance(300);
    expect(world.workers.map(({ dialled }) => dialled)).toEqual([['a'], ['a']]);
    expect(world.said('endpoint-added')).toHaveLength(1);
    expect(world.said('listening')).toHaveLength(1);
    const { connections, endpoints } = countersOf(world);
    expect(connections).toMatchObject({ active: 2, accepted: 2, failed: 0 });
    expect(endpoints).toMatchObject([{ state: 'ready', active: 2, total: 2 }]);
    await world.ambassador.close();
  });

  test('what fails for one worker is asked about at the source, and taken out by each for itself', async () => {
    const world = await start();
    world.answering.add('b');
    world.source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
    world.workers[0]?.connect();
    world.workers[0]?.connect();
    await world.clock.advance(300);
    expect(world.source.verified).toContain('a');
    expect(countersOf(world).connections).toMatchObject({ active: 2, failed: 0 });
    expect(world.ambassador.traffic()[0]?.dialFailures).toEqual({ refused: 1 });
    await world.ambassador.close();
  });

  test('a check runs once, and every worker goes by what it finds', async () => {
    let looks = 0;
    let outcome: CheckOutcome = { ok: false, reason: 'it is ill' };
    const create = (_: Endpoint): Check => ({
      run: async () => {
        looks += 1;
        return outcome;
      },
    });
    const check = { intervalMs: 1_000, create };
    const alone = await start({ workers: 1, change: { check } });
    alone.source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    await alone.clock.advance(500);
    await alone.ambassador.close();
    const looksOfOne = looks;
    looks = 0;
    const world = await start({ workers: 3, change: { check } });
    world.answering.add('a');
    world.source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    for (const worker of world.workers) worker.connect();
    await world.clock.advance(500);
    expect(looks).toBe(looksOfOne);
    expect(world.workers.flatMap(({ dialled }) => dialled)).toEqual([]);
    outcome = { ok: true };
    await world.clock.advance(4_000);
    expect(world.workers.map(({ dialled }) => dialled)).toEqual([['a'], ['a'], ['a']]);
    await world.ambassador.close();
  });

  test('who waits is told of once, however many workers they wait at', async () => {
    const world = await start();
    for (const worker of world.workers) worker.connect();
    await world.clock.advance(100);
    expect(world.said('no-endpoint')).toMatchObject([{ known: 0 }]);
    world.answering.add('a');
    world.source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    await world.clock.advance(400);
    expect(countersOf(world).connections).toMatchObject({ active: 2, failed: 0 });
    await world.ambassador.close();
  });
});

test('what a worker resets is told with the state in which its endpoint left', async () => {
  const world = await start({ change: { onEndpointLost: 'close' } });
  world.answering.add('a');
  world.source.tell({ kind: 'add', endpoints: [endpoint('a')] });
  world.workers[0]?.connect();
  await world.clock.advance(300);
  world.source.tell({ kind: 'gone', ids: ['a'] });
  world.source.tell({ kind: 'remove', ids: ['a'] });
  await world.clock.advance(300);
  expect(world.said('connections-reset')).toMatchObject([{ endpoint: { id: 'a' }, state: 'stale', count: 1 }]);
  await world.ambassador.close();
});

describe('a worker that ends', () => {
  test('is started again and knows what the others know; what it carried is gone, and counted', async () => {
    const world = await start();
    world.answering.add('a');
    world.source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
    world.source.tell({ kind: 'gone', ids: ['b'], isUnasked: true });
    for (const worker of world.workers) worker.connect();
    await world.clock.advance(300);
    world.workers[0]?.die('SIGKILL');
    await world.clock.advance(0);
    expect(world.said('engine-changed')).toMatchObject([
      { message: 'worker 1 of 2 ended (SIGKILL) and is started again; what it carried was reset' },
    ]);
    await world.clock.advance(300);
    expect(world.running).toHaveLength(2);
    expect(countersOf(world).connections).toMatchObject({ active: 1, accepted: 2 });
    world.workers[2]?.connect();
    await world.clock.advance(400);
    expect(world.workers[2]?.dialled).toEqual(['a']);
    expect(countersOf(world).connections).toMatchObject({ active: 2, accepted: 3 });
    await world.ambassador.close();
  });

  test('has its places given to the others', async () => {
    const world = await start({ limit: 2 });
    world.answering.add('a');
    world.source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    world.workers[0]?.connect();
    world.workers[0]?.connect();
    world.workers[1]?.connect();
    await world.clock.advance(300);
    expect(countersOf(world).connections).toMatchObject({ active: 2, dropped: 1 });
    expect(world.said('connections-full')).toMatchObject([{ limit: 2 }]);
    world.workers[0]?.die('SIGKILL');
    await world.clock.advance(0);
    world.workers[1]?.connect();
    world.workers[1]?.connect();
    await world.clock.advance(300);
    expect(countersOf(world).connections).toMatchObject({ active: 2, dropped: 1 });
    await world.ambassador.close();
  });

  test('and ends again and again is started ever later', () => {
    expect([1, 2, 3, 4, 100].map(pauseAfter)).toEqual([0, 100, 200, 400, 5_000]);
  });

  test('and cannot start is tried again until it can, and why it cannot is told', async () => {
    const world = await start();
    world.refusal = 'the key file is missing';
    world.workers[0]?.die('SIGKILL');
    await world.clock.advance(1_000);
    expect(world.workers.length).toBeGreaterThan(3);
    expect(world.workers.length).toBeLessThan(8);
    expect(world.said('engine-changed')[1]).toMatchObject({
      message: 'worker 1 of 2 ended (the key file is missing) and is started again; what it carried was reset',
    });
    world.refusal = undefined;
    await world.clock.advance(5_000);
    expect(world.running.filter(({ isListening }) => isListening)).toHaveLength(2);
    await world.ambassador.close();
  });

  test('at the very beginning ends all, with the reason', async () => {
    const world = new MemoryWorkforce();
    world.refusal = 'the key file is missing';
    const started = world.ambassador.start();
    const failed = expect(started).rejects.toThrow('the key file is missing');
    await world.clock.advance(5_000);
    await failed;
    expect(world.running).toEqual([]);
    expect(world.clock.pendingTimers).toBe(0);
  });

  test('what it has told the others is void then, and who begins hears what holds', async () => {
    const world = await start();
    world.workers[0]?.side.tellCancelKey('one', 'a');
    world.workers[1]?.side.tellCancelKey('two', 'b');
    world.workers[0]?.die('exit code 1');
    await world.clock.advance(100);
    expect(world.workers[1]?.cancelKeys).toEqual(['one a', 'one gone']);
    expect(world.workers[2]?.cancelKeys).toEqual(['two b']);
    await world.ambassador.close();
  });
});

describe('the end', () => {
  test('connections may finish at every worker, and none is started again', async () => {
    const world = await start();
    world.answering.add('a');
    world.source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    const clients = world.workers.map((worker) => worker.connect());
    await world.clock.advance(300);
    const drained = world.ambassador.drain(10_000);
    await world.clock.advance(100);
    expect(world.workers.some(({ isListening }) => isListening)).toBe(false);
    expect(world.released).toHaveLength(1);
    world.workers[1]?.die('SIGKILL');
    clients[0]?.destroy();
    await world.clock.advance(20_000);
    await drained;
    expect(world.said('drained')).toMatchObject([{ finished: 1, reset: 1 }]);
    expect(world.workers).toHaveLength(2);
    await world.ambassador.close();
    expect(world.running).toEqual([]);
  });

  test('one that stands still holds nobody up for long', async () => {
    const world = await start();
    const [still] = world.workers;
    if (still !== undefined) still.isStill = true;
    const closed = world.ambassador.close();
    await world.clock.advance(10_000);
    await closed;
    expect(world.running).toEqual([]);
    expect(world.clock.pendingTimers).toBe(0);
  });
});

test('secrets are read again by all', async () => {
  const world = await start();
  world.workforce.refresh();
  expect(world.refreshed).toEqual([0, 1]);
  await world.ambassador.close();
});

test('where a worker has reached somebody is known', async () => {
  const world = await start();
  world.answering.add('a');
  world.source.tell({ kind: 'add', endpoints: [endpoint('a', { addresses: ['10.0.0.9'] })] });
  world.workers[1]?.connect();
  await world.clock.advance(300);
  expect(world.workforce.hasReached('10.0.0.9', 6379)).toBe(true);
  expect(world.workforce.hasReached('10.0.0.9', 6380)).toBe(false);
  await world.ambassador.close();
});
