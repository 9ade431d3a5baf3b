import { expect, test } from 'vitest';
import { fileNameOfType, parseBrowsedType, parseServiceType } from '../../src/parse/service-type.ts';

test.each([
  ['redis', '_redis._tcp'],
  ['_redis._tcp', '_redis._tcp'],
  ['_Redis._TCP', '_redis._tcp'],
  ['_redis._tcp.local.', '_redis._tcp'],
  ['_sleep-proxy._udp', '_sleep-proxy._udp'],
])('%s is the type %s', (text, type) => {
  expect(parseServiceType(text)).toBe(type);
});

test.each(['', '_x', '_redis', 'redis._tcp', '_redis._sctp', '_re_dis._tcp', '_1._tcp', 'redis:80'])(
  '"%s" is no type',
  (text) => {
    expect(() => parseServiceType(text)).toThrow(`"${text}" is no service type`);
  },
);

test('the name of a type is its first part without the underscore', () => {});

test.each([
  ['redis', '_redis._tcp'],
  ['_androidtvremote2._tcp', '_androidtvremote2._tcp'],
  ['_nvstream_dbd._tcp:', undefined],
  ['_nvstream_dbd._tcp', '_nvstream_dbd._tcp'],
  ['_tivo-videostream._tcp.local.', '_tivo-videostream._tcp'],
  ['_x y._udp', '_x y._udp'],
  ['_1-._tcp', '_1-._tcp'],
  ['_a\\.b._tcp', '_a\\.b._tcp'],
  ['_a.b._tcp', undefined],
  ['_._tcp', undefined],
  [`_${'x'.repeat(63)}._tcp`, undefined],
  ['_a\u0007b._tcp', undefined],
])('looking for %j browses %j', (text, type) => {
  if (type === undefined) expect(() => parseBrowsedType(text)).toThrow('is no service type');
  else expect(parseBrowsedType(text)).toBe(type);
});

test('a type that holds what files and variables do not take is called something near', () => {
  expect(fileNameOfType('_x y._tcp')).toBe('x-y');
  expect(fileNameOfType('_nvstream_dbd._tcp')).toBe('nvstream_dbd');
});
