import { listHostileDocuments } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JsonLines, parseJson } from '../../src/etcd/json-lines.ts';
import {
  describeFailure,
  encodeKey,
  encodeRangeEnd,
  readKeepAlive,
  readLease,
  readRange,
  readWatchMessage,
} from '../../src/etcd/message.ts';

describe('documents on lines', () => {
  test('are the same however the text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue(), { maxLength: 5 }), fc.array(fc.nat(20)), (documents, cuts) => {
        const text = documents.map((document) => `${JSON.stringify(document)}\n`).join('');
        const seen: unknown[] = [];
        const lines = new JsonLines((document) => seen.push(document));
        let at = 0;
        for (const cut of cuts) {
          lines.push(text.slice(at, at + cut));
          at += cut;
        }
        lines.push(text.slice(at));
        expect(JSON.stringify(seen)).toBe(JSON.stringify(documents));
      }),
    );
  });

  test('that are none say what was expected', () => {
    expect(() => parseJson('<html>')).toThrow("is it etcd's client URL?");
  });
});

test('the range of a prefix ends behind its last key', () => {
  expect(Buffer.from(encodeKey('/a/'), 'base64').toString()).toBe('/a/');
  expect(Buffer.from(encodeRangeEnd('/a/'), 'base64').toString()).toBe('/a0');
});

describe('answers', () => {
  test('of a range: zero and empty fields are left out by the gateway', () => {
    expect(readRange({ header: {} })).toEqual({ revision: 0n, entries: [] });
    expect(readRange({ header: { revision: '9007199254740993' }, kvs: [{ key: 'YQ==', mod_revision: '7' }] })).toEqual({
      revision: 9_007_199_254_740_993n,
      entries: [{ key: 'a', value: '', revision: 7n }],
    });
  });

  test('of a watch: changes, what was compacted, and why it ended', () => {
    const event = { type: 'DELETE', kv: { key: 'YQ==', mod_revision: '8' } };
    expect(readWatchMessage({ result: { header: { revision: '8' }, events: [event] } })).toEqual({
      kind: 'changes',
      revision: 8n,
      changes: [{ key: 'a', value: undefined, revision: 8n }],
    });
    expect(readWatchMessage({ result: { canceled: true, compact_revision: '5' } })).toEqual({ kind: 'compacted' });
    expect(readWatchMessage({ result: { canceled: true, cancel_reason: 'no leader' } })).toEqual({
      kind: 'ended',
      reason: 'no leader',
    });
    expect(readWatchMessage({ error: { message: 'denied' } })).toEqual({ kind: 'ended', reason: 'denied' });
  });

  test('of leases: an id, and whether there is one any more', () => {
    expect(readLease({ ID: '7587', TTL: '10' })).toEqual({ id: '7587', ttlSeconds: 10 });
    expect(() => readLease({})).toThrow('names no lease');
    expect(readKeepAlive({ result: { TTL: '10' } })).toBe(10);
    expect(readKeepAlive({ result: {} })).toBe(0);
  });

  test('of anything else are a sentence, never another error', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (document) => {
        for (const read of [readRange, readWatchMessage, readLease, readKeepAlive]) {
          try {
            read(document);
          } catch (error) {
            expect(String(error)).toMatch(/^Error: \S/);
          }
        }
      }),
    );
  });
});

describe('an answer with anything in one place', () => {
  const header = { revision: '5' };
  const kv = { key: 'YQ==', value: 'Yg==', mod_revision: '4' };
  test.each([
    ['range', readRange, { header, kvs: [kv] }],
    ['watch', readWatchMessage, { result: { header, events: [{ type: 'PUT', kv }] } }],
    [
      'a watch that ends',
      readWatchMessage,
      { result: { header, canceled: true, cancel_reason: 'x', compact_revision: '0' } },
    ],
    ['a watch that fails', readWatchMessage, { error: { message: 'x', error: 'y' } }],
    ['lease', readLease, { ID: '7', TTL: '10' }],
    ['keep-alive', readKeepAlive, { result: { TTL: '10' } }],
    ['failure', describeFailure, { message: 'x', error: 'y' }],
  ] as const)('%s is read, or refused in a sentence', (_, read, good) => {
    for (const text of listHostileDocuments(good)) {
      try {
        const sentence = read(JSON.parse(text));
        if (typeof sentence === 'string') expect(sentence.length).toBeLessThan(300);
      } catch (error) {
        // A sentence of ours, and none of V8's.
        expect(String(error)).toMatch(/^Error: /);
        expect(String(error).length).toBeLessThan(300);
      }
    }
  });
});
