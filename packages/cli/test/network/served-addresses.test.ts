import type { NetworkInterface } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import { isServedAt, listAddresses } from '../../src/network/served-addresses.ts';

const ETH0: NetworkInterface = {
  name: 'eth0',
  loopback: false,
  addresses: [
    { address: 'fe80::1', family: 'IPv6', prefixLength: 64, scopeId: 2 },
    { address: '10.99.0.1', family: 'IPv4', prefixLength: 24, scopeId: 0 },
  ],
};
const LOOPBACK: NetworkInterface = {
  name: 'lo',
  loopback: true,
  addresses: [{ address: '10.255.0.1', family: 'IPv4', prefixLength: 32, scopeId: 0 }],
};

test.each([
  ['10.99.0.1', true],
  ['fe80::1%eth0', true],
  ['127.0.0.1', true],
  ['::1', true],
  ['172.17.0.1', false],
  ['203.0.113.9', false],
  ['10.255.0.1', false],
])('Peers that come in at %s are served: %s', (address, isServed) => {
  expect(isServedAt([ETH0, LOOPBACK], address)).toBe(isServed);
});

test('Peers are told of addresses of links, IPv4 first', () => {
  expect(listAddresses([ETH0, LOOPBACK])).toEqual(['10.99.0.1', 'fe80::1']);
  const leaving: NetworkInterface = {
    ...ETH0,
    addresses: ETH0.addresses.map((own) => (own.family === 'IPv6' ? { ...own, standing: 'deprecated' } : own)),
  };
  expect(listAddresses([leaving])).toEqual(['10.99.0.1']);
  expect(isServedAt([leaving], 'fe80::1')).toBe(true);
});
