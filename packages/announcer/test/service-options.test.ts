import { expect, test } from 'vitest';
import type { AnnouncementOptions } from '../src/announcement-options.ts';
import { buildServiceOptions } from '../src/service-options.ts';
import { announcementOptions } from './announcement-fixture.ts';

const PLACEMENT = { id: 'aaaabbbbccccdddd', port: 40123 };

test('An announcement becomes a DNS-SD service at the port that the LAN dials', () => {
  const options = announcementOptions({ subtypes: ['_primary'], priority: 1, weight: 10, ttl: 60 });
  expect(buildServiceOptions(options, { ...PLACEMENT, interfaces: ['eth0'] })).toEqual({
    name: 'redis on h1',
    type: '_redis._tcp',
    subtypes: ['_primary'],
    port: 40123,
    priority: 1,
    weight: 10,
    ttl: 60,
    interfaces: ['eth0'],
    txt: new Map(
      [
        ['txtvers', Buffer.from('1')],
        ['id', Buffer.from('aaaabbbbccccdddd')],
      ].map(([key, value]) => [key, new Uint8Array(value as Buffer)] as const),
    ),
  });
});

test('What is relayed is reached in both families', () => {
  expect(buildServiceOptions(announcementOptions({ family: 'IPv6' }), PLACEMENT).family).toBe('IPv6');
  expect(buildServiceOptions(announcementOptions({ family: 'IPv6', relay: true }), PLACEMENT).family).toBeUndefined();
});

test('An instance name that is too long is cut', () => {
  const service = buildServiceOptions(announcementOptions({ instance: 'ü'.repeat(40) }), PLACEMENT);
  expect(service.name).toBe('ü'.repeat(31));
});

test.each<[string, Partial<AnnouncementOptions>, RegExp]>([
  ['a service name of 16 characters', { service: 'a'.repeat(16) }, /1 to 15 of a-z, 0-9 and -/],
  ['a service name without a letter', { service: '123' }, /a letter among them/],
  ['a service name with a hyphen at its end', { service: 'redis-' }, /"redis-"/],
  ['a service name with two hyphens together', { service: 're--dis' }, /"re--dis"/],
  ['a type without protocol', { type: '_redis' }, /write it like _redis._tcp/],
  ['a type of another protocol', { type: '_redis._sctp' }, /"_redis._sctp"/],
  ['an empty instance name', { instance: '' }, /empty or has control characters/],
  ['an instance name with a control character', { instance: 'a\u0007b' }, /control characters/],
  ['a subtype of 64 bytes', { subtypes: ['x'.repeat(64)] }, /64 bytes: 1 to 63/],
  ['an empty subtype', { subtypes: [''] }, /1 to 63/],
  ['port 0', { port: 0 }, /port 0 is out of range: a whole number from 1 to 65535/],
  ['port 65536', { port: 65536 }, /port 65536/],
  ['a priority above 65535', { priority: 65536 }, /priority 65536/],
  ['a weight that is no number', { weight: Number.NaN }, /weight NaN/],
  ['a ttl of 0', { ttl: 0 }, /ttl 0/],
  ['a check interval of 0', { checkIntervalMs: 0 }, /check interval 0/],
  ['a rise of 0', { rise: 0 }, /rise 0/],
  ['a fall of 1.5', { fall: 1.5 }, /fall 1.5/],
])('It refuses %s', (_, changes, message) => {
  expect(() => buildServiceOptions(announcementOptions(changes), PLACEMENT)).toThrow(message);
});
