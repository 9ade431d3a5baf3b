import { describe, expect, it } from 'vitest';
import type { NetworkInterface } from '../src/network.ts';
import { isOnLink, mayBeOnLink } from '../src/on-link.ts';

const ETH0: NetworkInterface = {
  name: 'eth0',
  loopback: false,
  addresses: [
    { address: '192.168.4.10', family: 'IPv4', prefixLength: 22, scopeId: 0 },
    { address: '169.254.7.1', family: 'IPv4', prefixLength: 16, scopeId: 0 },
    { address: 'fe80::10', family: 'IPv6', prefixLength: 64, scopeId: 3 },
    { address: '2001:db8:1:2::10', family: 'IPv6', prefixLength: 64, scopeId: 0 },
  ],
};

describe('a source on the link', () => {
  it.each([
    '192.168.4.10',
    '192.168.7.255',
    '169.254.200.3',
    'fe80::abcd%eth0',
    'fe80::abcd%3',
    'febf::1%eth0',
    '2001:db8:1:2:ffff::1',
    '2001:DB8:1:2::1',
  ])('%s is accepted', (address) => {
    expect(isOnLink({ address, port: 5353 }, ETH0)).toBe(true);
  });

  it.each([
    '192.168.8.1',
    '192.168.3.255',
    '8.8.8.8',
    'fe80::abcd%eth1',
    'fe80::abcd%30',
    'fe80::abcd',
    'fec0::1%eth0',
    '2001:db8:1:3::1',
    '::1',
    '',
    'eth0',
    '192.168.4',
    '192.168.4.256',
    '192.168.4.1.1',
    '2001:db8:1:2::1::',
    '1:2:3:4:5:6:7:8:9',
    'fe80::zz%eth0',
  ])('%s is not', (address) => {
    expect(isOnLink({ address, port: 5353 }, ETH0)).toBe(false);
  });

  it('an interface without a prefix knows itself only', () => {
    const tunnel: NetworkInterface = {
      name: 'x0',
      loopback: false,
      addresses: [{ address: '10.1.1.1', family: 'IPv4', prefixLength: 32, scopeId: 0 }],
    };
    expect(isOnLink({ address: '10.1.1.1', port: 5353 }, tunnel)).toBe(true);
    expect(isOnLink({ address: '10.1.1.2', port: 5353 }, tunnel)).toBe(false);
  });
});

describe('a source of what came by the link', () => {
  const eth1: NetworkInterface = {
    name: 'eth1',
    loopback: false,
    addresses: [
      { address: '10.5.5.5', family: 'IPv4', prefixLength: 24, scopeId: 0 },
      { address: 'fd00:5::5', family: 'IPv6', prefixLength: 64, scopeId: 0 },
    ],
  };

  it.each(['192.168.4.10', '192.168.200.1', '172.16.0.9', '2001:db8:9::1', 'fe80::abcd%eth0'])(
    '%s may be in any subnet',
    (address) => {
      expect(mayBeOnLink({ address, port: 5353 }, ETH0, [eth1])).toBe(true);
    },
  );

  it.each([
    '10.5.5.9',
    'fd00:5::9',
    'fe80::abcd%eth1',
    '127.0.0.1',
    '0.0.0.0',
    '224.0.0.251',
    '255.255.255.255',
    '::1',
    'ff02::fb',
    'x',
  ])('%s is not of this link', (address) => {
    expect(mayBeOnLink({ address, port: 5353 }, ETH0, [eth1])).toBe(false);
  });

  it('loopback has no neighbours: they are of an interface that has just come', () => {
    const lo: NetworkInterface = {
      name: 'lo',
      loopback: true,
      addresses: [{ address: '127.0.0.1', family: 'IPv4', prefixLength: 8, scopeId: 0 }],
    };
    expect(mayBeOnLink({ address: '192.168.4.11', port: 5353 }, lo, [])).toBe(false);
    expect(mayBeOnLink({ address: '127.0.0.1', port: 5353 }, lo, [])).toBe(true);
  });
});
