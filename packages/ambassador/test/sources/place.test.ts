import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPlace, parsePlace } from '../../src/sources/place.ts';

test.each([
  ['10.0.0.1:6379', { host: '10.0.0.1', port: 6379 }],
  ['[fe80::1%eth0]:1', { host: 'fe80::1%eth0', port: 1 }],
  ['db.example.com.:65535', { host: 'db.example.com.', port: 65_535 }],
])('%s is a place, and is written as it was read', (text, place) => {
  expect(parsePlace(text)).toEqual(place);
  expect(formatPlace(place)).toBe(text);
});

test('what was written is read as the same', () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(
    fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
      expect(parsePlace(formatPlace({ host: name, port }))).toEqual({ host: name, port });
    }),
  );
});
