import { expect, test } from 'vitest';
import {
  announceAs,
  isSameService,
  isServiceName,
  isServiceType,
  nameOf,
  readService,
  serviceOf,
  typeOf,
  typesOf,
} from '../src/service-type.ts';
import { asciiBytes } from './wire/hex.ts';

test.each(['redis', 'x', 'my-api', 'a1-2-3', '2b', 'x'.repeat(15)])('%s is the name of a service', (name) => {
  expect(isServiceName(name)).toBe(true);
  expect(isServiceType(typeOf(name))).toBe(true);
  expect(serviceOf(typeOf(name))).toBe(name);
});

test.each(['', '-a', 'a-', 'a--b', '123', 'Redis', 'a_b', 'ä', 'x'.repeat(16)])('%j is none', (name) => {
  expect(isServiceName(name)).toBe(false);
});

test.each([
  ['_foo._udp', 'foo'],
  ['_Redis._TCP', 'redis'],
  ['_x y._tcp', 'x y'],
  ['_a\\.b._tcp', 'a\\.b'],
  ['redis', 'redis'],
])('the service of %s is %s', (type, service) => expect(serviceOf(type)).toBe(service));

test.each(['_redis._sctp', 'redis._tcp', '_redis', '_a--b._tcp', '_12._tcp', '_redis._tcp.local'])(
  '%s is no type that may be announced',
  (type) => expect(isServiceType(type)).toBe(false),
);

test.each([
  ['redis', '_redis._tcp', undefined],
  ['http', '_http._tcp', undefined],
  ['web', '_http._tcp', 'web'],
  ['postgres', '_postgresql._tcp', 'postgres'],
  ['postgresql', '_postgresql._tcp', undefined],
  ['mongo', '_mongodb._tcp', 'mongo'],
  ['etcd', '_etcd-client._tcp', 'etcd'],
])('%s is announced as %s, with TXT svc=%s, and looked for as what older versions say, too', (service, type, svc) => {
  const announced = announceAs(service);
  expect(announced).toEqual(svc === undefined ? { type } : { type, svc });
  expect(nameOf(announced)).toBe(service);
  expect(typesOf(service)).toEqual(type === `_${service}._tcp` ? [type] : [type, `_${service}._tcp`]);
  const txt = new Map(svc === undefined ? [] : [['svc', asciiBytes(svc)]]);
  expect(readService({ type, txt })).toBe(service);
});

test('an instance is believed to be only what its type may stand for', () => {
  const txt = new Map([['SVC', asciiBytes('web')]]);
  expect(readService({ type: '_HTTP._tcp', txt })).toBe('web');
  expect(readService({ type: '_redis._tcp', txt })).toBe('redis');
  expect(readService({ type: '_http._tcp', txt: new Map([['svc', true]]) })).toBe('http');
});

test('names of one registered type mean one service, but for a type that says no more than the protocol', () => {
  expect(isSameService('postgres', 'pg')).toBe(true);
  expect(isSameService('postgres', 'postgresql')).toBe(true);
  expect(isSameService('web', 'http')).toBe(false);
  expect(isSameService('redis', 'valkey')).toBe(false);
});
