import { expect, test } from 'vitest';
import { DISTANCES, measureFrom } from '../../src/sources/distance.ts';

const measure = measureFrom({
  lo: [{ address: '127.0.0.1', cidr: '127.0.0.1/8', internal: true }],
  eth0: [
    { address: '10.99.1.1', cidr: '10.99.1.1/24', internal: false },
    { address: 'fd00:1::1', cidr: 'fd00:1::1/64', internal: false },
    { address: 'fe80::1', cidr: 'fe80::1/64', internal: false },
  ],
  tun0: [{ address: '10.8.0.2', cidr: null, internal: false }],
});

test.each([
  ['machine', ['127.0.0.1']],
  ['machine', ['127.3.2.1']],
  ['machine', ['::1']],
  ['machine', ['10.99.1.1']],
  ['machine', ['fe80::1%eth0']],
  ['machine', ['10.8.0.2']],
  ['subnet', ['10.99.1.2']],
  ['subnet', ['fd00:1::2']],
  ['subnet', ['fe80::2%eth0']],
  ['subnet', ['192.0.2.1', '10.99.1.2']],
  ['beyond', ['10.99.2.1']],
  ['beyond', ['fd00:2::1']],
  ['beyond', ['192.0.2.1']],
  ['beyond', ['10.8.0.1']],
  ['beyond', []],
] as const)('%s: %j', (distance, addresses) => {
  expect(measure({ addresses })).toBe(DISTANCES[distance]);
});
