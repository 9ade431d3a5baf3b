import type { FolderEvent, Registry } from '@mdns-ambassador/registries';
import { listHostileDocuments, listSourceCases, ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import type { Update } from '../../src/pool/update.ts';
import { createEtcdSource } from '../../src/sources/etcd.ts';
import type { SkippedEntries } from '../../src/sources/registry.ts';
import type { SourceHealth } from '../../src/sources/source-health.ts';
import { createZooKeeperSource } from '../../src/sources/zookeeper.ts';

/** A registry with one folder in memory. */
class FakeRegistry implements Registry {
  refreshed = 0;
  closed = 0;
  readonly #clock: ManualClock;
  #current: FolderEvent;
  #onEvent: ((event: FolderEvent) => void) | undefined;

  constructor(clock: ManualClock, values: Readonly<Record<string, string>>) {
    this.#clock = clock;
    this.#current = readOf(values);
  }

  follow(_: string, onEvent: (event: FolderEvent) => void) {
    this.#onEvent = onEvent;
    this.#clock.after(1, () => this.#onEvent?.(this.#current));
    return {
      refresh: () => {
        this.refreshed += 1;
      },
      close: () => {
        this.#onEvent = undefined;
      },
    };
  }

  hold(): never {
    throw new Error('a source writes nothing');
  }

  async close(): Promise<void> {
    this.closed += 1;
  }

  tell(values: Readonly<Record<string, string>>): void {
    this.#emit(readOf(values));
  }

  lose(reason: string): void {
    this.#emit({ kind: 'lost', reason });
  }

  #emit(event: FolderEvent): void {
    this.#current = event;
    this.#onEvent?.(event);
  }
}

function readOf(values: Readonly<Record<string, string>>): FolderEvent {
  return { kind: 'read', entries: Object.entries(values).map(([name, value]) => ({ name, value })), isMissing: false };
}

function createWorld(values: Readonly<Record<string, string>>) {
  const clock = new ManualClock();
  const registry = new FakeRegistry(clock, values);
  const updates: Update[] = [];
  const health: SourceHealth[] = [];
  const skipped: SkippedEntries[] = [];
  const source = createZooKeeperSource({
    service: 'redis',
    servers: [{ host: '10.0.0.1', port: 2181 }],
    path: '/services/redis',
    registry,
    lookup: async (host) => {
      if (host === 'db.test') return ['10.0.0.5'];
      throw new Error(`ENOTFOUND ${host}`);
    },
    clock,
    random: () => 0.5,
    onHealth: (event) => health.push(event),
    onSkipped: (event) => skipped.push(event),
  });
  return { clock, registry, updates, health, skipped, source };
}

const NERVE = '{"host":"10.0.0.2","port":7000,"name":"redis-1","weight":3,"labels":{"zone":"a"}}';

describe.each([
  [
    'ZooKeeper',
    (registry: Registry, clock: ManualClock) =>
      createZooKeeperSource({ ...shared(registry, clock), servers: [], path: '/s' }),
  ],
  [
    'etcd',
    (registry: Registry, clock: ManualClock) =>
      createEtcdSource({ ...shared(registry, clock), servers: [], prefix: '/s' }),
  ],
] as const)('the promises of every source, kept by %s', (_, create) => {
  const cases = listSourceCases(() => {
    const clock = new ManualClock();
    const registry = new FakeRegistry(clock, { a: '10.0.0.2:7000' });
    return {
      source: create(registry, clock),
      move: () => registry.tell({ a: '10.0.0.2:7001' }),
      identity: 'place',
      settle: () => clock.advance(1_000),
    };
  });
  test.each(cases)('$name', ({ run }) => run());
});

function shared(registry: Registry, clock: ManualClock) {
  return { service: 'redis', registry, lookup: async () => [], clock, random: () => 0.5 };
}

test('entries of nerve, of serversets and plain ones are endpoints; host names are looked up', async () => {
  const { source, clock, updates, registry } = createWorld({
    nerve: NERVE,
    member_1: '{"serviceEndpoint":{"host":"10.0.0.3","port":7001},"status":"ALIVE"}',
    idle: '{"serviceEndpoint":{"host":"10.0.0.4","port":7001},"status":"DEAD"}',
    plain: 'db.test:7002',
  });
  void source.start((update) => updates.push(update));
  await clock.advance(1_000);
  expect(updates).toMatchObject([
    {
      kind: 'reset',
      endpoints: [
        { addresses: ['10.0.0.2'], port: 7000, instance: 'redis-1', weight: 3 },
        { addresses: ['10.0.0.3'], port: 7001, weight: 1 },
        { addresses: ['10.0.0.5'], port: 7002, weight: 1 },
      ],
    },
  ]);
  await source.close();
  expect(registry.closed).toBe(1);
});

test('an entry that is no place is left out and told of once; the others stand', async () => {
  const { source, clock, updates, registry, skipped } = createWorld({ good: '10.0.0.2:7000', bad: '{]', worse: '{}' });
  void source.start((update) => updates.push(update));
  await clock.advance(1_000);
  registry.tell({ good: '10.0.0.2:7001', bad: '{]', worse: '{}' });
  await clock.advance(1_000);
  expect(updates.at(-1)).toMatchObject({ kind: 'reset', endpoints: [{ port: 7001 }] });
  expect(skipped).toMatchObject([{ count: 2, entry: 'bad', reason: 'it is no JSON' }]);
  await source.close();
});

test('whatever others have written beside it, who is written down rightly is found', async () => {
  const hostile = listHostileDocuments({ host: '10.0.0.9', port: 7000, name: 'x', labels: { a: 'b' } });
  for (let from = 0; from < hostile.length; from += 100) {
    const entries = hostile.slice(from, from + 100).map((value, index) => [`entry-${index}`, value] as const);
    const { source, clock, updates } = createWorld({ ...Object.fromEntries(entries), good: '10.0.0.2:7000' });
    void source.start((update) => updates.push(update));
    await clock.advance(1_000);
    const endpoints = updates.flatMap((update) => (update.kind === 'reset' ? update.endpoints : []));
    expect(endpoints.filter(({ addresses: [address] }) => address === '10.0.0.2')).toHaveLength(1);
    await source.close();
  }
});

test('a registry that is lost takes nobody away, and says so; an empty one does', async () => {
  const { source, clock, updates, registry, health } = createWorld({ a: '10.0.0.2:7000' });
  void source.start((update) => updates.push(update));
  await clock.advance(1_000);
  registry.lose('10.0.0.1:2181: connect ECONNREFUSED');
  await clock.advance(1_000);
  expect(updates.flatMap((update) => (update.kind === 'remove' ? update.ids : []))).toEqual([]);
  expect(health.at(-1)).toMatchObject({ kind: 'failing', reason: '10.0.0.1:2181: connect ECONNREFUSED' });
  registry.tell({});
  await clock.advance(1_000);
  expect(health.at(-1)).toMatchObject({ kind: 'empty', reason: '/services/redis lists nobody' });
  expect(updates.at(-1)?.kind).not.toBe('gone');
  await source.close();
});
