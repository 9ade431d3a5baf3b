import { expect, test } from 'vitest';
import { parseServiceType, parseWantedService } from '../../src/parse/service-type.ts';

test.each([
  ['redis', '_redis._tcp'],
  ['_redis._tcp', '_redis._tcp'],
  ['_Redis._TCP', '_redis._tcp'],
  ['_redis._tcp.local.', '_redis._tcp'],
  ['_sleep-proxy._udp', '_sleep-proxy._udp'],
  ['_web._tcp', '_web._tcp'],
  ['_http._tcp', '_http._tcp'],
  ['http', '_http._tcp'],
  ['web', '_http._tcp', 'web'],
  ['Postgres', '_postgresql._tcp', 'postgres'],
])('%s is announced as %s', (text, type, svc?: string) => {
  expect(parseServiceType(text)).toEqual(svc === undefined ? { type } : { type, svc });
});

test.each(['', '_x', '_redis', 'redis._tcp', '_redis._sctp', '_re_dis._tcp', '_1._tcp', 'redis:80'])(
  '"%s" is no type',
  (text) => {
    expect(() => parseServiceType(text)).toThrow(`"${text}" is no service type`);
  },
);

test.each([
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
  if (type === undefined) expect(() => parseWantedService(text)).toThrow('is no service type');
  else expect(parseWantedService(text).type).toBe(type);
});

test('a name looks for the service, and a whole type for all that is announced as it', () => {
  expect(parseWantedService('Web')).toEqual({ service: 'web' });
  expect(parseWantedService('_http._tcp')).toEqual({ service: 'http', type: '_http._tcp' });
});

test('a type that holds what files and variables do not take is called something near', () => {
  expect(parseWantedService('_x y._tcp').service).toBe('x-y');
  expect(parseWantedService('_nvstream_dbd._tcp').service).toBe('nvstream_dbd');
});
