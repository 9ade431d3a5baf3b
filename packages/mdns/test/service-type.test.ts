import { expect, test } from 'vitest';
import { isServiceName, isServiceType, serviceOf, typeOf } from '../src/service-type.ts';

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
