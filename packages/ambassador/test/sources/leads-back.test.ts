import type { Instance } from '@mdns-ambassador/mdns';
import { type ListenPlace, markRelayedPort } from '@mdns-ambassador/relay';
import { expect, test } from 'vitest';
import { leadsBack } from '../../src/sources/leads-back.ts';

const ID = 'abcdefghijklmnop';

function instance(port: number, id: string, isFromThisHost = true): Instance {
  return {
    name: 'redis on h1',
    type: '_redis._tcp',
    announcer: '10.99.0.2',
    host: 'h1-k3x9.local',
    port,
    priority: 0,
    weight: 0,
    txt: new Map([['id', Buffer.from(id)]]),
    addresses: [{ address: '10.99.0.2', interfaceName: 'eth0', isFromThisHost }],
  };
}

function at(address: string, port = 6379): readonly ListenPlace[] {
  return [
    { kind: 'unix', path: '/run/redis.sock' },
    { kind: 'tcp', address, port },
  ];
}

test('what this machine relays to the place leads back, whatever its own port is', () => {
  for (const port of [21_379, 40_000]) {
    expect(leadsBack(instance(port, markRelayedPort(ID, 6379)), at('127.0.0.1'))).toBe(true);
    expect(leadsBack(instance(port, markRelayedPort(ID, 6379)), at('127.0.0.1', 6380))).toBe(false);
    expect(leadsBack(instance(port, ID), at('127.0.0.1'))).toBe(false);
    expect(leadsBack(instance(port, markRelayedPort(ID, 6379)), at('127.0.0.2'))).toBe(false);
    expect(leadsBack(instance(port, markRelayedPort(ID, 6379)), at('10.99.0.2'))).toBe(true);
  }
});

test('what another machine relays to a port of its own does not', () => {
  expect(leadsBack(instance(21_379, markRelayedPort(ID, 6379), false), at('127.0.0.1'))).toBe(false);
});

test('what this machine announces on the port leads back where the place is no loopback', () => {
  expect(leadsBack(instance(6379, ID), at('0.0.0.0'))).toBe(true);
  expect(leadsBack(instance(6379, ID), at('127.0.0.1'))).toBe(false);
  expect(leadsBack(instance(6379, ID, false), at('0.0.0.0'))).toBe(false);
});
