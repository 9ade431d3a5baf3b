import { listSourceCases, ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import type { SourceHealth } from '../../src/sources/source-health.ts';
import { createSrvSource } from '../../src/sources/srv.ts';
import { FakeDnsClient } from './fake-dns-client.ts';
import { hearUpdates } from './heard-updates.ts';

const NAME = '_redis._tcp.test';

function createWorld() {
  const clock = new ManualClock();
  const client = new FakeDnsClient();
  const health: SourceHealth[] = [];
  const source = createSrvSource({
    service: 'redis',
    name: NAME,
    client,
    clock,
    random: () => 0.5,
    onHealth: (told) => health.push(told),
  });
  for (const number of [1, 2, 3]) {
    client.setAddresses('A', `h${number}.test`, [`10.0.0.${number}`], 300);
    client.setAddresses('AAAA', `h${number}.test`, [], 300);
  }
  client.setServices(
    NAME,
    [
      [0, 0, 6379, 'h2.test'],
      [10, 5, 6380, 'h1.test'],
    ],
    10,
  );
  return { clock, client, health, source, ...hearUpdates(source, clock) };
}

describe('the promises of every source', () => {
  test.each(
    listSourceCases(() => {
      const { client, source, clock } = createWorld();
      return {
        source,
        move: () => client.setAddresses('A', 'h1.test', ['10.0.0.9'], 10),
        settle: () => clock.advance(15_000),
      };
    }),
  )('$name', ({ run }) => run());
});

describe('SRV records', () => {
  test('are endpoints, known by target and port, with priority and weight', async () => {
    const { start, updates, source } = createWorld();
    await start();
    expect(source.name).toBe(`srv:${NAME}`);
    expect(updates).toMatchObject([
      {
        kind: 'reset',
        endpoints: [
          { id: `srv:${NAME}/h1.test:6380`, addresses: ['10.0.0.1'], port: 6380, priority: 10, weight: 5 },
          {
            id: `srv:${NAME}/h2.test:6379`,
            service: 'redis',
            addresses: ['10.0.0.2'],
            port: 6379,
            priority: 0,
            weight: 0,
            source: `srv:${NAME}`,
          },
        ],
      },
    ]);
  });

  test('all replaced, once they had held, are new ones and then removed ones, without an empty moment', async () => {
    const { start, clock, client, updates, present } = createWorld();
    await start();
    await clock.advance(10_000);
    client.setServices(NAME, [[0, 0, 7000, 'h3.test']], 10);
    await clock.advance(10_000);
    expect(updates.map(({ kind }) => kind)).toEqual(['reset', 'add', 'remove']);
    expect(present()).toEqual(['10.0.0.3 7000']);
  });

  test('one that is left out is lost sight of at once, and removed when ten seconds of answers have left it out', async () => {
    const { start, clock, client, updates, present } = createWorld();
    await start();
    client.setServices(NAME, [[0, 0, 6379, 'h2.test']], 60);
    await clock.advance(10_000);
    expect(updates.slice(1)).toEqual([
      { kind: 'gone', ids: [`srv:${NAME}/h1.test:6380`], reason: 'left out of the last answer' },
    ]);
    await clock.advance(11_000);
    expect(updates.slice(2)).toEqual([
      { kind: 'remove', ids: [`srv:${NAME}/h1.test:6380`], reason: 'no longer listed' },
    ]);
    expect(present()).toEqual(['10.0.0.2 6379']);
  });

  test('in parts that change with each answer are all present soon, and nothing is told any more', async () => {
    const { start, clock, client, updates, present } = createWorld();
    const services = ['h1.test', 'h2.test', 'h3.test'].map((host) => [0, 0, 7000, host] as const);
    const answerPart = (turn: number): void => {
      const part = services.filter((_, index) => index !== turn % services.length);
      client.setServices(NAME, part, 0);
    };
    answerPart(0);
    await start();
    let told = 0;
    for (let turn = 1; turn <= 100; turn++) {
      answerPart(turn);
      await clock.advance(1_000);
      if (turn === 20) expect(present()).toHaveLength(3);
      if (turn === 20) told = updates.length;
    }
    expect(updates).toHaveLength(told);
  });

  test('more than can be used are told of', async () => {
    const { start, client, health } = createWorld();
    const answer = client.answers.get(`SRV ${NAME}`);
    if (answer?.kind === 'found') client.answers.set(`SRV ${NAME}`, { ...answer, leftOut: 44 });
    await start();
    expect(health).toMatchObject([{ kind: 'partial', reason: expect.stringContaining('44 are left out') }]);
  });

  test.each([0, 1])('with a TTL of %i s are asked for once a second', async (ttlSeconds) => {
    const { start, clock, client } = createWorld();
    client.setServices(NAME, [[0, 0, 6379, 'h2.test']], ttlSeconds);
    await start();
    await clock.advance(10_000);
    expect(client.asked.filter((line) => line.startsWith('SRV'))).toHaveLength(11);
  });

  test('in another order are no change, another weight is', async () => {
    const { start, clock, client, updates } = createWorld();
    await start();
    client.setServices(
      NAME,
      [
        [10, 5, 6380, 'h1.test'],
        [0, 0, 6379, 'h2.test'],
      ],
      10,
    );
    await clock.advance(10_000);
    expect(updates).toHaveLength(1);
    client.setServices(
      NAME,
      [
        [10, 6, 6380, 'h1.test'],
        [0, 0, 6379, 'h2.test'],
      ],
      10,
    );
    await clock.advance(10_000);
    expect(updates).toHaveLength(2);
  });

  test('that are no more leave what was known as gone', async () => {
    const { start, clock, client, updates } = createWorld();
    await start();
    client.setServices(NAME, [], 10);
    await clock.advance(10_000);
    expect(updates.at(-1)).toMatchObject({
      kind: 'gone',
      ids: [`srv:${NAME}/h1.test:6380`, `srv:${NAME}/h2.test:6379`],
    });
    await clock.advance(60_000);
    expect(updates).toHaveLength(2);
  });

  test('that say the service is not offered remove it, what was gone before too', async () => {
    const { start, clock, client, updates } = createWorld();
    await start();
    client.setServices(NAME, [], 10);
    await clock.advance(10_000);
    client.setServices(NAME, [[0, 0, 0, '']], 10);
    await clock.advance(10_000);
    expect(updates.map(({ kind }) => kind)).toEqual(['reset', 'gone', 'remove']);
    client.setServices(NAME, [[0, 0, 6379, 'h2.test']], 10);
    await clock.advance(10_000);
    expect(updates.at(-1)?.kind).toBe('reset');
  });
});

describe('a target', () => {
  test('whose address can not be learnt now keeps what it had, and is asked for again soon', async () => {
    const { start, clock, client, present, health } = createWorld();
    await start();
    client.fail('A', 'h1.test');
    client.setServices(NAME, [[0, 0, 6380, 'h1.test']], 10);
    await clock.advance(10_000);
    expect(present()).toEqual(['10.0.0.1 6380']);
    expect(health).toMatchObject([{ kind: 'failing', reason: expect.stringMatching(/h1\.test.*SERVFAIL/) }]);
    client.setAddresses('A', 'h1.test', ['10.0.0.7'], 10);
    await clock.advance(1_000);
    expect(present()).toEqual(['10.0.0.7 6380']);
  });

  test('never heard of whose address fails does not hold up the others', async () => {
    const { start, client, present } = createWorld();
    client.fail('A', 'h1.test');
    await start();
    expect(present()).toEqual(['10.0.0.2 6379']);
  });

  test('without an address is no endpoint', async () => {
    const { start, client, present } = createWorld();
    client.setAddresses('A', 'h1.test', []);
    await start();
    expect(present()).toEqual(['10.0.0.2 6379']);
  });

  test('has eight addresses at most', async () => {
    const { start, client, updates } = createWorld();
    client.setAddresses(
      'A',
      'h1.test',
      Array.from({ length: 20 }, (_, index) => `10.0.1.${index + 1}`),
    );
    await start();
    expect(updates[0]?.kind === 'reset' ? updates[0].endpoints[0]?.addresses : []).toHaveLength(8);
  });
});

describe('a failed dial', () => {
  test('asks again at once, once a second at most', async () => {
    const { start, clock, client, source, present } = createWorld();
    await start();
    client.setServices(NAME, [[0, 0, 7000, 'h3.test']], 10);
    for (let time = 0; time < 5; time++) source.verify(`srv:${NAME}/h1.test:6380`);
    await clock.advance(0);
    expect(present()).toEqual(['10.0.0.3 7000']);
    expect(client.asked.filter((line) => line.startsWith('SRV'))).toHaveLength(2);
  });

  test('does not ask a server that fails before its time', async () => {
    const { start, clock, client, source } = createWorld();
    await start();
    client.fail('SRV', NAME);
    await clock.advance(10_000);
    const before = client.asked.length;
    source.verify(`srv:${NAME}/h1.test:6380`);
    await clock.advance(0);
    expect(client.asked).toHaveLength(before);
  });
});

test('a server that is down changes nothing for as long as it is', async () => {
  const { start, clock, client, updates, present } = createWorld();
  await start();
  client.answers.set(`SRV ${NAME}`, { kind: 'unanswered', reason: 'no answer within 1000 ms' });
  await clock.advance(24 * 60 * 60 * 1_000);
  expect(updates).toHaveLength(1);
  client.setServices(NAME, [[0, 0, 7000, 'h3.test']], 10);
  await clock.advance(38_000);
  expect(present()).toEqual(['10.0.0.3 7000']);
});
