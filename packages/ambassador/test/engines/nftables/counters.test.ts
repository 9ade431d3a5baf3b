import { expect, test } from 'vitest';
import { countPayload, parseCounters } from '../../../src/engines/nftables/counters.ts';

test('counters are read by name; what is none is left out', () => {
  const json = JSON.stringify({
    nftables: [
      { metainfo: { version: '1.0.6' } },
      { counter: { family: 'ip', name: 'new-1', table: 't', handle: 1, packets: 3, bytes: 180 } },
      { counter: { name: 'odd', packets: '3', bytes: 1 } },
    ],
  });
  expect(parseCounters(json)).toEqual(new Map([['new-1', { packets: 3, bytes: 180 }]]));
});

test.each(['', 'Error: syntax error', '{}', '{"nftables":1}', 'null'])('%j is no answer', (text) => {
  expect(parseCounters(text)).toBeUndefined();
});

test('payload is what remains without the headers', () => {
  expect(countPayload({ packets: 2, bytes: 2 * 52 + 7 })).toBe(7);
  expect(countPayload({ packets: 2, bytes: 80 })).toBe(0);
});
