import { listHostileDocuments } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRegisteredValue } from '../../src/sources/registry-value.ts';

const ENTRY = {
  host: '10.0.0.1',
  port: 6379,
  name: 'redis on h1',
  priority: 1,
  weight: 2,
  labels: { env: 'staging', st: 'drain' },
};
const SERVERSET = {
  serviceEndpoint: { host: '10.0.0.1', port: 6379 },
  additionalEndpoints: {},
  status: 'ALIVE',
  shard: 1,
};

/** What may be made of an entry, whoever wrote it. */
function expectSound(text: string): void {
  const read = readRegisteredValue(text);
  if (read.kind !== 'place') {
    expect(['idle', 'bad']).toContain(read.kind);
    return;
  }
  const { host, port, labels, instance } = read.place;
  expect(typeof host).toBe('string');
  expect(port).toBeGreaterThan(0);
  for (const label of labels.values()) expect(typeof label).toBe('string');
  expect(Buffer.byteLength(instance ?? '')).toBeLessThan(64);
}

describe('never throws', () => {
  test.each([ENTRY, SERVERSET])('on %j with anything in one place', (good) => {
    const texts = listHostileDocuments(good);
    expect(texts.length).toBeGreaterThan(100);
    for (const text of texts) expectSound(text);
  });

  test('on any JSON, and on any text', () => {
    fc.assert(fc.property(fc.oneof(fc.json(), fc.string({ unit: 'binary' })), expectSound));
    const anything = fc.record({ host: fc.constant('h1'), port: fc.constant(1), labels: fc.jsonValue() });
    fc.assert(fc.property(anything, (value) => expectSound(JSON.stringify(value))));
  });
});

test('labels are texts: numbers, truths and lists of them are written as such, and what can not be is left out', () => {
  const labels = { a: 'x', b: 1, c: true, d: ['x', 2], e: null, f: { toString: 1 }, g: [{}], h: [[1]] };
  const read = readRegisteredValue(JSON.stringify({ host: 'h1', port: 1, labels }));
  expect(read.kind === 'place' ? Object.fromEntries(read.place.labels) : read).toEqual({
    a: 'x',
    b: '1',
    c: 'true',
    d: 'x,2',
  });
});
