import { parsePlace } from '@mdns-ambassador/relay';
import { listSourceCases, ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import type { SourceHealth } from '../../src/sources/source-health.ts';
import { createStaticSource } from '../../src/sources/static.ts';
import { hearUpdates } from './heard-updates.ts';

function createWorld(text: string, names: Readonly<Record<string, readonly string[]>> = {}, maxTtlMs?: number) {
  const clock = new ManualClock();
  const dns = new Map(Object.entries(names));
  const asked: string[] = [];
  const health: SourceHealth[] = [];
  const load = { now: 0, most: 0 };
  const source = createStaticSource({
    service: 'redis',
    places: text
      .replace('static:', '')
      .split(',')
      .flatMap((part) => parsePlace(part) ?? []),
    lookup: async (host) => {
      asked.push(host);
      load.now += 1;
      load.most = Math.max(load.most, load.now);
      await Promise.resolve();
      load.now -= 1;
      const found = dns.get(host);
      if (found === undefined) throw new Error(`ENOTFOUND ${host}`);
      return found;
    },
    clock,
    random: () => 0.5,
    onHealth: (told) => health.push(told),
    ...(maxTtlMs === undefined ? {} : { maxTtlMs }),
  });
  return { clock, dns, asked, health, load, source, ...hearUpdates(source, clock) };
}

describe('the promises of every source', () => {
  test.each(
    listSourceCases(() => {
      const { dns, source, clock } = createWorld('static:db.test:6379,10.0.0.7:6379', { 'db.test': ['10.0.0.1'] });
      return { source, move: () => dns.set('db.test', ['10.0.0.2']), settle: () => clock.advance(5_000) };
    }),
  )('$name', ({ run }) => run());
});

describe('literal addresses', () => {
  test('are endpoints at once, in the order written', async () => {
    const { updates, start, asked, source } = createWorld('static:10.0.0.2:6379,10.0.0.1:6380,[fe80::1%eth0]:6381');
    await start();
    expect(source.name).toBe('static:10.0.0.2:6379,10.0.0.1:6380,[fe80::1%eth0]:6381');
    expect(updates).toMatchObject([
      {
        kind: 'reset',
        endpoints: [
          {
            id: 'static:10.0.0.2:6379',
            service: 'redis',
            addresses: ['10.0.0.2'],
            port: 6379,
            source: 'static',
            draining: false,
          },
          { id: 'static:10.0.0.1:6380', addresses: ['10.0.0.1'], port: 6380 },
          { id: 'static:[fe80::1%eth0]:6381', addresses: ['fe80::1%eth0'], port: 6381 },
        ],
      },
    ]);
    expect(asked).toEqual([]);
  });
});

describe('names', () => {
  test('are looked up; all addresses of one name are one endpoint, eight at most', async () => {
    const ten = Array.from({ length: 10 }, (_, index) => `10.0.0.${index + 1}`);
    const { start, updates } = createWorld('static:db.test:6379', { 'db.test': ['10.0.0.1', ...ten] });
    await start();
    expect(updates).toMatchObject([{ endpoints: [{ id: 'static:db.test:6379', addresses: ten.slice(0, 8) }] }]);
  });

  test('one that does not resolve does not hold up the others, and is tried again after 1 s, 2 s, 4 s', async () => {
    const { start, found, dns, asked, clock } = createWorld('static:db.test:1,10.0.0.1:2');
    await start();
    expect(found()).toEqual(['10.0.0.1 2']);
    await clock.advance(7_000);
    expect(asked).toHaveLength(4);
    dns.set('db.test', ['10.0.0.9']);
    await clock.advance(8_000);
    expect(found()).toEqual(['10.0.0.9 1', '10.0.0.1 2']);
    await clock.advance(120_000);
    expect(asked).toHaveLength(9);
  });

  test('are looked up every 30 s, or as often as is said, though nobody failed: whoever answers may be another by now', async () => {
    for (const maxTtlMs of [undefined, 5_000]) {
      const { start, found, dns, clock } = createWorld('static:db.test:1', { 'db.test': ['10.0.0.1'] }, maxTtlMs);
      await start();
      dns.set('db.test', ['10.0.0.2']);
      await clock.advance((maxTtlMs ?? 30_000) - 1);
      expect(found()).toEqual(['10.0.0.1 1']);
      await clock.advance(1);
      expect(found()).toEqual(['10.0.0.2 1']);
    }
  });

  test('one that can not be looked up is told of', async () => {
    const { start, health } = createWorld('static:db.test:1,10.0.0.1:2');
    await start();
    expect(health).toMatchObject([{ kind: 'failing', reason: "db.test can't be looked up" }]);
  });

  test('hundreds of them are looked up a few at a time', async () => {
    const names = Array.from({ length: 200 }, (_, index) => `h${index}.test`);
    const { start, load, asked } = createWorld(`static:${names.map((name) => `${name}:1`).join(',')}`);
    await start();
    await expect.poll(() => asked.length).toBe(200);
    expect(load.most).toBeLessThanOrEqual(8);
  });

  test('tries are never more than 30 s apart', async () => {
    const { start, asked, clock } = createWorld('static:db.test:1');
    await start();
    await clock.advance(10 * 60_000);
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.length).toBeLessThan(30);
  });

  test('are looked up again when a dial fails, once a second at most', async () => {
    const { start, found, dns, asked, clock, source } = createWorld('static:db.test:1', { 'db.test': ['10.0.0.1'] });
    await start();
    dns.set('db.test', ['10.0.0.2']);
    for (let time = 0; time < 5; time++) source.verify('static:db.test:1');
    await clock.advance(0);
    expect(asked).toHaveLength(2);
    expect(found()).toEqual(['10.0.0.2 1']);
  });

  test('keep their last addresses while the resolver fails', async () => {
    const { start, found, dns, updates, clock, source } = createWorld('static:db.test:1', { 'db.test': ['10.0.0.1'] });
    await start();
    dns.delete('db.test');
    source.verify('static:db.test:1');
    await clock.advance(60_000);
    expect(updates).toHaveLength(1);
    expect(found()).toEqual(['10.0.0.1 1']);
  });

  test('the same addresses in another order are no change', async () => {
    const { start, dns, updates, clock, source } = createWorld('static:db.test:1', {
      'db.test': ['10.0.0.1', '10.0.0.2'],
    });
    await start();
    dns.set('db.test', ['10.0.0.2', '10.0.0.1']);
    source.verify('static:db.test:1');
    await clock.advance(0);
    expect(updates).toHaveLength(1);
  });

  test('one name at two ports is looked up once', async () => {
    const { start, found, asked } = createWorld('static:db.test:1,db.test:2', { 'db.test': ['10.0.0.1'] });
    await start();
    expect(asked).toEqual(['db.test']);
    expect(found()).toEqual(['10.0.0.1 1', '10.0.0.1 2']);
  });

  test('after close no timer is left', async () => {
    const { start, clock, source } = createWorld('static:db.test:1');
    await start();
    expect(clock.pendingTimers).toBe(1);
    await source.close();
    expect(clock.pendingTimers).toBe(0);
  });
});
