import { expect, test } from 'vitest';
import { nameOfType, parseServiceType } from '../../src/parse/service-type.ts';

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

test('the name of a type is its first part without the underscore', () => {
  expect(nameOfType('_redis._tcp')).toBe('redis');
  expect(nameOfType('odd')).toBe('odd');
});
