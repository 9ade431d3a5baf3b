import { describe, expect, test } from 'vitest';
import type { DnsClient } from '../../src/dns/client.ts';
import { lookUpAddresses } from '../../src/dns/lookup.ts';
import { address, createClient, found, NEVER, NO_NAME, SERVFAIL } from './fake-client.ts';

describe('the addresses of a name', () => {
  test('are of both families, IPv4 first, each once, with the shortest TTL', async () => {
    const { client } = createClient({
      'A h.test': found([address('h.test', '10.0.0.1', 9), address('h.test', '10.0.0.1')]),
      'AAAA h.test': found([address('h.test', 'fd00::1', 7)]),
    });
    expect(await lookUpAddresses(client, 'h.test', NEVER)).toEqual({
      kind: 'found',
      addresses: ['10.0.0.1', 'fd00::1'],
      ttlSeconds: 7,
      unknownFamily: undefined,
      leftOut: 0,
    });
  });

  test.each(['A', 'AAAA'])(
    'are not held up by a server that never answers for the other family than %s',
    async (type) => {
      const { client, clock } = createClient({
        [`${type} h.test`]: found([address('h.test', type === 'A' ? '10.0.0.1' : 'fd00::1')]),
      });
      const silent: DnsClient = {
        clock,
        query: (question, signal) =>
          question.type === type
            ? client.query(question, signal)
            : new Promise((resolve) => {
                const giveUp = (): void => resolve({ kind: 'unanswered', reason: 'given up' });
                signal.addEventListener('abort', giveUp, { once: true });
              }),
      };
      const asked = lookUpAddresses(silent, 'h.test', NEVER);
      await expect.poll(() => clock.pendingTimers).toBe(1);
      await clock.advance(500);
      expect(await asked).toMatchObject({ kind: 'found', unknownFamily: type === 'A' ? 6 : 4 });
      expect(clock.pendingTimers).toBe(0);
    },
  );

  test('more than can be used are counted', async () => {
    const many = Array.from({ length: 200 }, (_, index) => index);
    const { client } = createClient({
      'A h.test': found(many.map((index) => address('h.test', `10.0.0.${index}`))),
      'AAAA h.test': found(many.map((index) => address('h.test', `fd00::${index}`))),
    });
    expect(await lookUpAddresses(client, 'h.test', NEVER)).toMatchObject({ leftOut: 144 });
  });

  test('of one family are known, of the other not, where its question fails', async () => {
    const { client } = createClient({ 'A h.test': found([address('h.test', '10.0.0.1')]), 'AAAA h.test': SERVFAIL });
    expect(await lookUpAddresses(client, 'h.test', NEVER)).toMatchObject({ addresses: ['10.0.0.1'], unknownFamily: 6 });
  });

  test('are none only where both questions were answered', async () => {
    const none = createClient({ 'A h.test': NO_NAME, 'AAAA h.test': NO_NAME });
    expect(await lookUpAddresses(none.client, 'h.test', NEVER)).toEqual({
      kind: 'absent',
      how: 'no-name',
      ttlSeconds: 5,
    });
    const half = createClient({ 'AAAA h.test': SERVFAIL });
    expect(await lookUpAddresses(half.client, 'h.test', NEVER)).toEqual({ kind: 'failed', reason: 'SERVFAIL' });
  });
});
