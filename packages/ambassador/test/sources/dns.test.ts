import { listSourceCases, ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createDnsSource } from '../../src/sources/dns.ts';
import type { SourceHealth } from '../../src/sources/source-health.ts';
import { FakeDnsClient } from './fake-dns-client.ts';
import { hearUpdates } from './heard-updates.ts';

function createWorld(maxTtlMs?: number) {
  const clock = new ManualClock();
  const client = new FakeDnsClient();
  const health: SourceHealth[] = [];
  const source = createDnsSource({
    service: 'db',
    name: 'db.test',
    port: 5432,
    client,
    clock,
    random: () => 0.5,
    onHealth: (told) => health.push(told),
    ...(maxTtlMs === undefined ? {} : { maxTtlMs }),
  });
  const { updates, start, present } = hearUpdates(source, clock);
  client.setAddresses('A', 'db.test', ['10.0.0.2', '10.0.0.1'], 10);
  client.setAddresses('AAAA', 'db.test', [], 3_600);
  return { clock, client, updates, health, source, start, present };
}

describe('the promises of every source', () => {
  test.each(
    listSourceCases(() => {
      const { client, source, clock } = createWorld();
      return {
        source,
        identity: 'place',
        move: () => client.setAddresses('A', 'db.test', ['10.0.0.2', '10.0.0.3'], 10),
        settle: () => clock.advance(15_000),
      };
    }),
  )('$name', ({ run }) => run());
});

describe('a name', () => {
  test('is an endpoint for each of its addresses', async () => {
    const { start, updates, client, source } = createWorld();
    client.setAddresses('AAAA', 'db.test', ['fd00::1']);
    await start();
    expect(source.name).toBe('dns:db.test:5432');
    expect(updates).toEqual([
      {
        kind: 'reset',
        endpoints: ['10.0.0.1', '10.0.0.2', 'fd00::1'].map((address) => ({
          id: `dns:db.test:5432/${address}`,
          service: 'db',
          addresses: [address],
          port: 5432,
          priority: 0,
          weight: 0,
          secure: false,
          source: 'dns:db.test:5432',
          draining: false,
        })),
      },
    ]);
  });

  test('is asked for again when its TTL is over, and not before', async () => {
    const { start, clock, client, present } = createWorld();
    await start();
    client.setAddresses('A', 'db.test', ['10.0.0.3'], 10);
    await clock.advance(9_999);
    expect(client.asked).toHaveLength(2);
    await clock.advance(1);
    expect(present()).toEqual(['10.0.0.3 5432']);
  });

  test('is asked for again after half a minute at most, or after what is said, whatever its TTL is', async () => {
    for (const maxTtlMs of [undefined, 3_000]) {
      const { start, clock, client } = createWorld(maxTtlMs);
      client.setAddresses('A', 'db.test', ['10.0.0.1'], 600);
      await start();
      await clock.advance((maxTtlMs ?? 30_000) - 1);
      expect(client.asked).toHaveLength(2);
      await clock.advance(1);
      expect(client.asked).toHaveLength(4);
    }
  });

  test('whose answer merely rotates tells nothing new', async () => {
    const { start, clock, client, updates } = createWorld();
    await start();
    client.setAddresses('A', 'db.test', ['10.0.0.1', '10.0.0.2'], 10);
    await clock.advance(20_000);
    expect(updates).toHaveLength(1);
  });

  test.each(['0.0.0.0', '224.0.0.1', '255.255.255.255', '169.254.169.254', '::', 'ff02::1', 'fe80::1'])(
    'has no endpoint at %s',
    async (address) => {
      const { start, client, updates, health } = createWorld();
      client.setAddresses('A', 'db.test', address.includes(':') ? [] : [address]);
      client.setAddresses('AAAA', 'db.test', address.includes(':') ? [address] : []);
      await start();
      expect(updates).toEqual([]);
      expect(health).toMatchObject([{ kind: 'empty', reason: expect.stringMatching(/may be dialled/) }]);
    },
  );

  test('that is no more leaves what was known as gone, and comes back', async () => {
    const { start, clock, client, updates, health, present } = createWorld();
    await start();
    client.answers.clear();
    await clock.advance(10_000);
    expect(updates.at(-1)).toEqual({
      kind: 'gone',
      ids: ['dns:db.test:5432/10.0.0.1', 'dns:db.test:5432/10.0.0.2'],
      reason: 'DNS has no name db.test',
    });
    client.setAddresses('A', 'db.test', ['10.0.0.1'], 10);
    await clock.advance(30_000);
    expect(present()).toEqual(['10.0.0.1 5432']);
    expect(health.map(({ kind }) => kind)).toEqual(['empty', 'working']);
  });

  test('keeps the addresses of a family that can not be asked for now', async () => {
    const { start, clock, client, present } = createWorld();
    client.setAddresses('AAAA', 'db.test', ['fd00::1'], 10);
    await start();
    client.fail('AAAA', 'db.test');
    client.setAddresses('A', 'db.test', ['10.0.0.9'], 10);
    await clock.advance(10_000);
    expect(present()).toEqual(['10.0.0.9 5432', 'fd00::1 5432']);
  });
});

describe('a server that fails', () => {
  test('changes nothing, is told of once, and is asked again after about 1 s, 2 s, 4 s ... 30 s', async () => {
    const { start, clock, client, updates, health } = createWorld();
    await start();
    client.fail('A', 'db.test');
    client.fail('AAAA', 'db.test');
    await clock.advance(10_000 + 7_000);
    expect(client.asked).toHaveLength(2 * 5);
    await clock.advance(600_000);
    expect(client.asked.length).toBeLessThan(2 * 30);
    expect(updates).toHaveLength(1);
    expect(health).toEqual([{ kind: 'failing', source: 'dns:db.test:5432', reason: 'SERVFAIL' }]);
  });
});

test('a short name is what the search list makes of it: the first that exists, which is asked for first from then on', async () => {
  const clock = new ManualClock();
  const client = new FakeDnsClient();
  client.setAddresses('A', 'db.b.test', ['10.0.0.1'], 10);
  client.setAddresses('AAAA', 'db.b.test', [], 10);
  const listNames = (): readonly string[] => ['db.a.test', 'db.b.test', 'db'];
  const source = createDnsSource({ service: 'db', name: 'db', listNames, port: 1, client, clock, random: () => 0.5 });
  const { start, present } = hearUpdates(source, clock);
  await start();
  expect(present()).toEqual(['10.0.0.1 1']);
  expect(client.asked).toEqual(['A db.a.test', 'AAAA db.a.test', 'A db.b.test', 'AAAA db.b.test']);
  await clock.advance(10_000);
  expect(client.asked.slice(4)).toEqual(['A db.b.test', 'AAAA db.b.test']);
});

test('a short name that DNS does not have is told with what to write', async () => {
  const clock = new ManualClock();
  const health: SourceHealth[] = [];
  const onHealth = (told: SourceHealth): void => void health.push(told);
  const client = new FakeDnsClient();
  const source = createDnsSource({ service: 'db', name: 'db', port: 1, client, clock, random: () => 0.5, onHealth });
  await hearUpdates(source, clock).start();
  expect(health).toMatchObject([{ reason: expect.stringMatching(/no name db; write the full name, or static:db:1/) }]);
});
