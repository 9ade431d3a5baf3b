import { describe, expect, test } from 'vitest';
import type { DnsAnswer } from '../../src/dns/answer.ts';
import { lookUpService } from '../../src/dns/service.ts';
import { address, createClient, found, NAME, NEVER, NO_DATA, NO_NAME, SERVFAIL, srv } from './fake-client.ts';

describe('a service', () => {
  test('takes addresses that came along, and asks for those that did not', async () => {
    const { client, asked } = createClient({
      [`SRV ${NAME}`]: found(
        [srv(1, 2, 6379, 'a.test'), srv(3, 4, 6380, 'b.test', 30)],
        [address('a.test', 'fd00::1', 20), address('a.test', '10.0.0.1'), address('evil.test', '6.6.6.6', 1)],
      ),
      'A b.test': found([address('b.test', '10.0.0.2', 15)]),
    });
    expect(await lookUpService(client, NAME, NEVER)).toMatchObject({
      kind: 'found',
      ttlSeconds: 15,
      targets: [
        { host: 'a.test', port: 6379, priority: 1, weight: 2, addresses: { addresses: ['10.0.0.1', 'fd00::1'] } },
        { host: 'b.test', port: 6380, priority: 3, weight: 4, addresses: { addresses: ['10.0.0.2'] } },
      ],
    });
    expect(asked).toEqual([`SRV ${NAME}`, 'A b.test', 'AAAA b.test']);
  });

  test.each([
    ['fd00::dead', '10.0.0.1', 'A'],
    ['10.0.0.1', 'fd00::dead', 'AAAA'],
  ])('that came with %s alone has %s, too: the other family is asked for', async (came, other, type) => {
    const { client, asked } = createClient({
      [`SRV ${NAME}`]: found([srv(0, 0, 7001, 'h0.test')], [address('h0.test', came)]),
      [`${type} h0.test`]: found([address('h0.test', other)]),
    });
    const answer = await lookUpService(client, NAME, NEVER);
    expect(answer).toMatchObject({ targets: [{ addresses: { addresses: ['10.0.0.1', 'fd00::dead'] } }] });
    expect(asked).toEqual([`SRV ${NAME}`, `${type} h0.test`]);
  });

  test('at an address in the place of a name is dialled there, and DNS is not asked for it', async () => {
    const { client, asked } = createClient({ [`SRV ${NAME}`]: found([srv(0, 0, 7001, '127.0.0.1')]) });
    const answer = await lookUpService(client, NAME, NEVER);
    expect(answer).toMatchObject({
      ttlSeconds: 60,
      targets: [{ host: '127.0.0.1', addresses: { addresses: ['127.0.0.1'] } }],
    });
    expect(asked).toEqual([`SRV ${NAME}`]);
  });

  test('whose target is a dot is not offered (RFC 2782)', async () => {
    const { client } = createClient({ [`SRV ${NAME}`]: found([srv(0, 0, 0, '', 12)]) });
    expect(await lookUpService(client, NAME, NEVER)).toEqual({ kind: 'absent', how: 'not-offered', ttlSeconds: 12 });
  });

  test('without records is absent; of a server that fails nothing is known', async () => {
    const ask = (answer: DnsAnswer) => lookUpService(createClient({ [`SRV ${NAME}`]: answer }).client, NAME, NEVER);
    expect(await ask(NO_NAME)).toEqual({ kind: 'absent', how: 'no-name', ttlSeconds: 5 });
    expect(await ask(NO_DATA)).toEqual({ kind: 'absent', how: 'no-data', ttlSeconds: undefined });
    expect(await ask(SERVFAIL)).toEqual({ kind: 'failed', reason: 'SERVFAIL' });
    expect(await ask({ kind: 'unanswered', reason: 'late' })).toEqual({ kind: 'failed', reason: 'late' });
  });

  test('has no target with port 0 or a name that is none', async () => {
    const records = [srv(0, 0, 0, 'a.test'), srv(0, 0, 1, 'a b'), srv(0, 0, 1, 'x'.repeat(64))];
    const { client } = createClient({ [`SRV ${NAME}`]: found(records) });
    expect(await lookUpService(client, NAME, NEVER)).toMatchObject({ kind: 'absent', how: 'no-data' });
  });

  test('named twice at one place is there once, with the priority that is tried first', async () => {
    const { client } = createClient({
      [`SRV ${NAME}`]: found([srv(9, 1, 1, 'a.test'), srv(2, 5, 1, 'a.test')], [address('a.test', '10.0.0.1')]),
    });
    expect(await lookUpService(client, NAME, NEVER)).toMatchObject({ targets: [{ priority: 2, weight: 5 }] });
  });

  test('of many targets asks for eight at a time, each once', async () => {
    const records = Array.from({ length: 100 }, (_, index) => srv(0, 0, index + 1, `h${index % 50}.test`));
    const { client, asked, load } = createClient({ [`SRV ${NAME}`]: found(records) });
    await lookUpService(client, NAME, NEVER);
    expect(asked).toHaveLength(1 + 50 * 2);
    expect(load.most).toBeLessThanOrEqual(16);
  });

  test('keeps a target whose addresses failed, and says so', async () => {
    const { client } = createClient({ [`SRV ${NAME}`]: found([srv(0, 0, 1, 'a.test')]), 'A a.test': SERVFAIL });
    expect(await lookUpService(client, NAME, NEVER)).toMatchObject({
      targets: [{ host: 'a.test', addresses: { kind: 'failed', reason: 'SERVFAIL' } }],
    });
  });
});
