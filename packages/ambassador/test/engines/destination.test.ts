import { expect, test } from 'vitest';
import { describeDestination } from '../../src/engines/destination.ts';
import type { Endpoint } from '../../src/pool/endpoint.ts';

const endpoint: Endpoint = {
  id: 'mdns:redis on h1',
  service: 'redis',
  instance: 'redis on h1',
  addresses: ['10.99.0.1', '127.0.0.1'],
  port: 6379,
  priority: 0,
  weight: 0,
  secure: true,
  source: 'mdns',
  draining: false,
};

test('an address of this machine is its own proof; what a record says of itself is none', () => {
  expect(describeDestination(endpoint, '127.0.0.1').proof).toBe('loopback');
  expect(describeDestination(endpoint, '10.99.0.1')).toEqual({
    endpointId: 'mdns:redis on h1',
    name: 'redis on h1 at 10.99.0.1:6379',
    source: 'mdns',
    proof: 'none',
  });
});

test('what the dial has shown counts', () => {
  expect(describeDestination(endpoint, '10.99.0.1', 'mesh').proof).toBe('mesh');
});
