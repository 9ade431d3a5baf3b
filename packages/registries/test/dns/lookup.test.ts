import { describe, expect, test } from 'vitest';
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
    });
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
