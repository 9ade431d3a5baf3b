import { listHostileDocuments } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeFeedDoubt, decodeFeedMessage, decodeFeedRequest } from '../../src/feed/feed-message.ts';

const ENDPOINT = {
  id: 'a',
  instance: 'i',
  addresses: ['10.0.0.1'],
  port: 1,
  priority: 0,
  weight: 0,
  secure: false,
  announcer: '10.99.0.2',
  draining: false,
};
const LINES = [
  { v: 1, kind: 'snapshot', endpoints: [ENDPOINT, ENDPOINT] },
  { v: 1, kind: 'gone', ids: ['a'], reason: 'r' },
  { v: 1, kind: 'refused', reason: 'r' },
  { v: 1, service: 'redis', instance: 'a*', where: [{ key: 'k', value: 'v' }] },
  { verify: 'a' },
];

/** Whoever holds the other end of the socket: what is read of it has the shape that it should have. */
function expectSound(line: string): void {
  const message = decodeFeedMessage(line);
  if (message?.kind === 'snapshot' || message?.kind === 'add') {
    for (const { id, addresses, port } of message.endpoints) {
      expect([typeof id, addresses.length > 0, port > 0]).toEqual(['string', true, true]);
    }
  }
  if (message?.kind === 'gone') expect(message.ids.every((id) => typeof id === 'string')).toBe(true);
  const request = decodeFeedRequest(line);
  if (!('error' in request)) expect([typeof request.service, Array.isArray(request.where)]).toEqual(['string', true]);
  expect(typeof (decodeFeedDoubt(line)?.verify ?? '')).toBe('string');
}

test.each(LINES)('of %j with anything in one place nothing throws', (line) => {
  for (const text of listHostileDocuments(line)) expectSound(text);
});

test('of any JSON, and of any text, nothing throws', () => {
  fc.assert(fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), expectSound));
});
