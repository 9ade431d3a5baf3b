import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatPlace, parsePlace, splitPlace } from '../src/place.ts';

test.each([
  ['10.0.0.1:6379', { host: '10.0.0.1', port: 6379 }],
  ['[fe80::1%eth0]:1', { host: 'fe80::1%eth0', port: 1 }],
  ['db.example.com.:65535', { host: 'db.example.com.', port: 65_535 }],
])('%s is a place, and is written as it was read', (text, place) => {
  expect(parsePlace(text)).toEqual(place);
  expect(formatPlace(place.host, place.port)).toBe(text);
});

test('what was written is read as the same', () => {
  const host = fc.oneof(fc.ipV4(), fc.ipV6(), fc.domain());
  fc.assert(
    fc.property(host, fc.integer({ min: 1, max: 65_535 }), (name, port) => {
      expect(parsePlace(formatPlace(name, port))).toEqual({ host: name, port });
    }),
  );
});

test.each([
  '',
  'db',
  'db:',
  ':1',
  'db:0',
  'db:65536',
  'db:1e3',
  'db:-1',
  '::1:6379',
  '[10.0.0.1]:1',
  '[db]:1',
  '300.1.1.1:1',
  'a b:1',
])('%j is none', (text) => expect(parsePlace(text)).toBeUndefined());

describe('a text taken apart', () => {
  test.each([
    ['db', { host: 'db', port: undefined, isHostGood: true }],
    ['db:x', { host: 'db', port: 'x', isHostGood: true }],
    ['[::1]', { host: '::1', port: undefined, isHostGood: true }],
    ['[::1]:0', { host: '::1', port: '0', isHostGood: true }],
    ['[db]:1', { host: 'db', port: '1', isHostGood: false }],
    ['1.2.3:1', { host: '1.2.3', port: '1', isHostGood: false }],
  ])('%s has a host, and a port or none', (text, written) => expect(splitPlace(text)).toEqual(written));

  test.each(['', '::1', ':1', '[]:1', '[::1]x'])('%j can not be', (text) => expect(splitPlace(text)).toBeUndefined());
});
