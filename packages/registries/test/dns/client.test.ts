import { ManualClock } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDnsClient } from '../../src/dns/client.ts';
import type { DnsQuestion } from '../../src/dns/record.ts';
import { a, CODE, cname, FakeServers, type React, reply, soa } from './fake-servers.ts';

const QUESTION: DnsQuestion = { name: 'db.test', type: 'A' };
const FIRST = '10.0.0.1:53';
const SECOND = '10.0.0.2:53';
const FOUND: React = (query) => [reply(query, [a('db.test', '10.9.9.9')])];
const SILENT: React = () => [];

function failing(code: number): React {
  return (query) => [reply(query, [], { flags: code })];
}

function createWorld(reactions: Readonly<Record<string, React>>, count = Object.keys(reactions).length) {
  const clock = new ManualClock();
  const servers = new FakeServers(reactions);
  const places = Array.from({ length: count }, (_, index) => ({ host: `10.0.0.${index + 1}`, port: 53 }));
  const client = createDnsClient({ servers: () => places, transport: servers, clock });
  const query = async (question = QUESTION, signal = new AbortController().signal, waitMs = 60_000) => {
    const answer = client.query(question, signal);
    await clock.advance(waitMs);
    return await answer;
  };
  return { clock, servers, client, query };
}

describe('a question', () => {
  test('is answered over UDP', async () => {
    const { query, servers, clock } = createWorld({ [FIRST]: FOUND });
    expect(await query()).toMatchObject({ kind: 'found', records: [{ address: '10.9.9.9' }], ttlSeconds: 60 });
    expect(servers.asked).toEqual([`udp ${FIRST} A db.test`]);
    expect([servers.open, clock.pendingTimers]).toEqual([0, 0]);
  });

  test("of Docker's own server is believed for five seconds, whatever it says", async () => {
    const react: React = (query) => [reply(query, [a('db.test', '172.18.0.2', 600)])];
    for (const [host, ttlSeconds] of [
      ['127.0.0.11', 5],
      ['127.0.0.1', 600],
    ] as const) {
      const transport = new FakeServers({ [`${host}:53`]: react });
      const client = createDnsClient({ servers: () => [{ host, port: 53 }], transport, clock: new ManualClock() });
      expect(await client.query(QUESTION, new AbortController().signal)).toMatchObject({ kind: 'found', ttlSeconds });
    }
  });

  test('goes over TCP when the answer does not fit into a datagram', async () => {
    const { query, servers } = createWorld({
      [FIRST]: (query, over) => (over === 'tcp' ? FOUND(query, over) : [reply(query, [], { flags: 0x0200 | 0x0400 })]),
    });
    expect(await query()).toMatchObject({ kind: 'found' });
    expect(servers.asked).toEqual([`udp ${FIRST} A db.test`, `tcp ${FIRST} A db.test`]);
  });

  test('is asked without EDNS again where a server does not understand it (RFC 6891 6.2.2)', async () => {
    const { query, servers } = createWorld({
      [FIRST]: (query, over) =>
        query.additionals?.length === 0
          ? FOUND(query, over)
          : [reply(query, [], { flags: CODE.formErr, questions: [] })],
    });
    expect(await query()).toMatchObject({ kind: 'found' });
    expect(servers.asked).toHaveLength(2);
  });

  test('follows an alias that leads on, whose TTL counts', async () => {
    const { query } = createWorld({
      [FIRST]: (query) =>
        query.questions?.[0]?.name === 'db.test'
          ? [reply(query, [cname('db.test', 'b.test', 5)])]
          : [reply(query, [a('b.test', '10.9.9.9', 60)])],
    });
    expect(await query()).toMatchObject({ kind: 'found', ttlSeconds: 5, records: [{ name: 'b.test' }] });
  });

  test('gives up aliases without end', async () => {
    let number = 0;
    const { query, servers } = createWorld({
      [FIRST]: (query) => [reply(query, [cname(query.questions?.[0]?.name ?? '', `n${number++}.test`)])],
    });
    expect(await query()).toMatchObject({ kind: 'server-failed', reason: expect.stringMatching(/aliases/) });
    expect(servers.asked.length).toBeLessThan(12);
  });
});

describe('"there is none"', () => {
  test('is final: no other server is asked', async () => {
    const { query, servers } = createWorld({
      [FIRST]: (query) => [reply(query, [], { flags: CODE.nxDomain, authorities: [soa('test', 60, 9)] })],
      [SECOND]: FOUND,
    });
    expect(await query()).toEqual({ kind: 'no-name', ttlSeconds: 9 });
    expect(servers.asked).toHaveLength(1);
  });

  test('of the type alone is another thing', async () => {
    const { query } = createWorld({ [FIRST]: (query) => [reply(query, [])] });
    expect(await query()).toEqual({ kind: 'no-data', ttlSeconds: undefined });
  });
});

describe('a server', () => {
  test.each([
    ['SERVFAIL', CODE.servFail],
    ['REFUSED', CODE.refused],
  ])('that says %s is passed over for the next', async (code, number) => {
    const { query, servers } = createWorld({ [FIRST]: failing(number), [SECOND]: FOUND });
    expect(await query()).toMatchObject({ kind: 'found' });
    expect(servers.asked).toEqual([`udp ${FIRST} A db.test`, `udp ${SECOND} A db.test`]);
    const alone = createWorld({ [FIRST]: failing(number) });
    expect(await alone.query()).toEqual({ kind: 'server-failed', reason: `${FIRST} says ${code}` });
    expect(alone.servers.asked).toHaveLength(1);
  });

  test('that is silent for 1 s is passed over, and the one that answered is asked first from then on', async () => {
    const { client, clock, servers } = createWorld({ [FIRST]: SILENT, [SECOND]: FOUND });
    const answer = client.query(QUESTION, new AbortController().signal);
    await clock.advance(999);
    expect(servers.asked).toHaveLength(1);
    await clock.advance(1);
    expect(await answer).toMatchObject({ kind: 'found' });
    await client.query(QUESTION, new AbortController().signal);
    expect(servers.asked.at(-1)).toBe(`udp ${SECOND} A db.test`);
  });

  test('that lost one question is asked once more', async () => {
    let times = 0;
    const { query, servers } = createWorld({ [FIRST]: (query, over) => (times++ === 0 ? [] : FOUND(query, over)) });
    expect(await query()).toMatchObject({ kind: 'found' });
    expect(servers.asked).toHaveLength(2);
  });

  test('that nobody is at: silence is told apart from failure, after 3 s', async () => {
    const { query } = createWorld({ [FIRST]: SILENT });
    expect(await query(QUESTION, undefined, 3_000)).toEqual({
      kind: 'unanswered',
      reason: `${FIRST}: no answer within 1000 ms`,
    });
    const refused = createWorld({ [FIRST]: () => new Error('ECONNREFUSED') });
    expect(await refused.query()).toEqual({ kind: 'unanswered', reason: `${FIRST}: ECONNREFUSED` });
  });

  test('beyond the third is not asked', async () => {
    const { query, servers } = createWorld({ [FIRST]: failing(CODE.servFail) }, 5);
    await query();
    expect(servers.asked.some((line) => line.includes('10.0.0.4'))).toBe(false);
  });

  test('is needed', async () => {
    const { query } = createWorld({});
    expect(await query()).toMatchObject({ kind: 'unanswered', reason: expect.stringMatching(/no DNS server/) });
  });
});

describe('a forger', () => {
  test.each<readonly [string, React]>([
    ['another id', (query) => [reply({ ...query, id: ((query.id ?? 0) + 1) & 0xffff }, [a('db.test', '6.6.6.6')])]],
    [
      'another name',
      (query) => [reply(query, [a('db.test', '6.6.6.6')], { questions: [{ name: 'x.test', type: 'A' }] })],
    ],
    [
      'another type',
      (query) => [reply(query, [a('db.test', '6.6.6.6')], { questions: [{ name: 'db.test', type: 'AAAA' }] })],
    ],
    ['no question', (query) => [reply(query, [a('db.test', '6.6.6.6')], { questions: [] })]],
    ['a query', (query) => [reply(query, [a('db.test', '6.6.6.6')], { type: 'query' })]],
    ['noise', () => [new Uint8Array([1, 2, 3])]],
  ])('with %s is not heard, and the answer after it is', async (_, forge) => {
    const { query } = createWorld({
      [FIRST]: (asked, over) => [
        ...[forge(asked, over)].flat().filter((one) => one instanceof Uint8Array),
        ...[FOUND(asked, over)].flat().filter((one) => one instanceof Uint8Array),
      ],
    });
    expect(await query()).toMatchObject({ kind: 'found', records: [{ address: '10.9.9.9' }] });
  });

  test('has a new id to guess for every question', async () => {
    const ids = new Set<number>();
    const { client } = createWorld({
      [FIRST]: (query, over) => {
        ids.add(query.id ?? 0);
        return FOUND(query, over);
      },
    });
    for (let time = 0; time < 50; time++) await client.query(QUESTION, new AbortController().signal);
    expect(ids.size).toBeGreaterThan(40);
  });

  test('who sends whatever it likes makes nothing throw and nothing hang', async () => {
    const bytes = fc.array(fc.uint8Array({ maxLength: 80 }), { maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(bytes, fc.nat(0xffff), fc.boolean(), async (tails, flags, isTcp) => {
        const { query, servers, clock } = createWorld({
          [FIRST]: (asked, over) => {
            const good = reply(asked, [], { flags: isTcp && over === 'udp' ? flags | 0x0200 : flags });
            return tails.map((tail) => Buffer.concat([good, tail]));
          },
        });
        const answer = await query();
        expect(['found', 'no-data', 'no-name', 'server-failed', 'unanswered']).toContain(answer.kind);
        expect([servers.open, clock.pendingTimers]).toEqual([0, 0]);
      }),
      { numRuns: 300 },
    );
  });
});

test('a question that is given up ends at once and leaves nothing open', async () => {
  const { client, clock, servers } = createWorld({ [FIRST]: SILENT, [SECOND]: SILENT });
  const stop = new AbortController();
  const answer = client.query(QUESTION, stop.signal);
  await clock.advance(100);
  stop.abort();
  expect(await answer).toMatchObject({ kind: 'unanswered' });
  expect(servers.asked).toHaveLength(1);
  expect([servers.open, clock.pendingTimers]).toEqual([0, 0]);
});
