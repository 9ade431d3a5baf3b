import type { InstanceAddress, NetworkInterface } from '@mdns-ambassador/mdns';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { AmbassadorError } from '../../src/ambassador-error.ts';
import {
  type AddressContext,
  type AddressRefusal,
  isEndpointAddress,
  judgeAddress,
  parseCidr,
} from '../../src/sources/address-policy.ts';

const lo: NetworkInterface = {
  name: 'lo',
  loopback: true,
  addresses: [
    { address: '127.0.0.1', family: 'IPv4', prefixLength: 8, scopeId: 0 },
    { address: '::1', family: 'IPv6', prefixLength: 128, scopeId: 0 },
  ],
};
const eth0: NetworkInterface = {
  name: 'eth0',
  loopback: false,
  addresses: [
    { address: '192.168.7.20', family: 'IPv4', prefixLength: 24, scopeId: 0 },
    { address: 'fd12:3456::20', family: 'IPv6', prefixLength: 64, scopeId: 0 },
    { address: 'fe80::20', family: 'IPv6', prefixLength: 64, scopeId: 3 },
  ],
};
const LAN: AddressContext = { interfaces: [lo, eth0], allowed: [] };

function judge(address: string, change: Partial<InstanceAddress> & Partial<AddressContext> = {}) {
  const { interfaces = LAN.interfaces, allowed = [], own, interfaceName = 'eth0', isFromThisHost = false } = change;
  return judgeAddress(
    { address, interfaceName, isFromThisHost },
    { interfaces, allowed, ...(own === undefined ? {} : { own }) },
  );
}

const REFUSED: readonly (readonly [address: string, refusal: AddressRefusal])[] = [
  ['', 'malformed'],
  ['redis.local', 'malformed'],
  ['192.168.7', 'malformed'],
  ['192.168.7.256', 'malformed'],
  ['0300.168.7.1', 'malformed'],
  ['0xc0a80701', 'malformed'],
  ['3232237313', 'malformed'],
  ['192.168.7.1:80', 'malformed'],
  ['[fd12:3456::1]', 'malformed'],
  ['fd12:3456:::1', 'malformed'],
  ['0.0.0.0', 'unspecified'],
  ['0.1.2.3', 'unspecified'],
  ['::', 'unspecified'],
  ['::ffff:0.0.0.0', 'unspecified'],
  ['224.0.0.251', 'multicast'],
  ['239.255.255.250', 'multicast'],
  ['ff02::fb', 'multicast'],
  ['ff02::fb%eth0', 'multicast'],
  ['::ffff:224.0.0.1', 'multicast'],
  ['255.255.255.255', 'broadcast'],
  ['192.168.7.255', 'broadcast'],
  ['192.168.7.0', 'broadcast'],
  ['::ffff:192.168.7.255', 'broadcast'],
  ['240.0.0.1', 'reserved'],
  ['254.1.2.3', 'reserved'],
  ['64:ff9b::192.168.7.1', 'nat64'],
  ['64:ff9b::a9fe:a9fe', 'nat64'],
  ['64:ff9b:1::1', 'nat64'],
  ['169.254.169.254', 'metadata'],
  ['::ffff:169.254.169.254', 'metadata'],
  ['::ffff:a9fe:a9fe', 'metadata'],
  ['169.254.170.2', 'metadata'],
  ['100.100.100.200', 'metadata'],
  ['192.0.0.192', 'metadata'],
  ['168.63.129.16', 'metadata'],
  ['fd00:ec2::254', 'metadata'],
  ['FD00:0EC2:0:0:0:0:0:254', 'metadata'],
  ['127.0.0.1', 'loopback'],
  ['127.1.2.3', 'loopback'],
  ['::1', 'loopback'],
  ['0:0:0:0:0:0:0:1', 'loopback'],
  ['::ffff:127.0.0.1', 'loopback'],
  ['::ffff:7f00:1', 'loopback'],
  ['fe80::1', 'no-zone'],
  ['fe80::1%', 'no-zone'],
  ['fe80::1%eth1', 'no-zone'],
  ['fe80::1%7', 'no-zone'],
  ['febf::1', 'no-zone'],
  ['192.0.2.1', 'documentation'],
  ['198.51.100.7', 'documentation'],
  ['203.0.113.9', 'documentation'],
  ['2001:db8::1', 'documentation'],
  ['3fff::1', 'documentation'],
  ['192.168.8.1', 'off-link'],
  ['10.0.0.1', 'off-link'],
  ['8.8.8.8', 'off-link'],
  ['::ffff:8.8.8.8', 'off-link'],
  ['169.254.1.1', 'off-link'],
  ['2606:4700::1111', 'off-link'],
  ['fd12:3457::1', 'off-link'],
  ['2002:c0a8:0701::1', 'off-link'],
  ['::c0a8:701', 'off-link'],
];

describe('judgeAddress refuses', () => {
  test.each(REFUSED)('%s: %s', (address, refusal) => {
    expect(judge(address)).toEqual({ kind: 'refused', address, refusal });
  });

  test('whatever is forbidden, also where an allowed network holds it', () => {
    const allowed = [parseCidr('0.0.0.0/0'), parseCidr('::/0')];
    const accepted = REFUSED.filter(([address]) => judge(address, { allowed }).kind === 'accepted');
    expect(new Set(accepted.map(([, refusal]) => refusal))).toEqual(new Set(['documentation', 'off-link']));
  });

  test('the metadata address even where the link has its prefix', () => {
    const zeroconf: NetworkInterface = {
      name: 'eth0',
      loopback: false,
      addresses: [{ address: '169.254.3.4', family: 'IPv4', prefixLength: 16, scopeId: 0 }],
    };
    expect(judge('169.254.9.9', { interfaces: [zeroconf] })).toEqual({ kind: 'accepted', address: '169.254.9.9' });
    expect(judge('169.254.169.254', { interfaces: [zeroconf] })).toMatchObject({ refusal: 'metadata' });
  });
});

describe('judgeAddress accepts', () => {
  test.each([
    ['192.168.7.1', '192.168.7.1'],
    ['::ffff:192.168.7.9', '192.168.7.9'],
    ['::ffff:c0a8:709', '192.168.7.9'],
    ['fd12:3456::1', 'fd12:3456::1'],
    ['FD12:3456:0:0:0:0:0:1', 'fd12:3456::1'],
    ['fe80::1%eth0', 'fe80::1%eth0'],
    ['fe80:0:0::1%3', 'fe80::1%3'],
  ])('%s as %s', (address, canonical) => {
    expect(judge(address)).toEqual({ kind: 'accepted', address: canonical });
  });

  test.each([
    ['127.0.0.1', '127.0.0.1'],
    ['::1', '::1'],
    ['::ffff:127.0.0.1', '127.0.0.1'],
  ])(
    '%s only when this host announced it on loopback: anywhere else its address can be forged',
    (address, canonical) => {
      expect(judge(address, { isFromThisHost: true, interfaceName: 'lo' })).toEqual({
        kind: 'accepted',
        address: canonical,
      });
      expect(judge(address, { isFromThisHost: true })).toMatchObject({ refusal: 'loopback' });
      expect(judge(address, { interfaceName: 'lo' })).toMatchObject({ refusal: 'loopback' });
    },
  );

  test('an address that this host has, where this host announced it: another host that has it too means itself', () => {
    for (const address of ['192.168.7.20', 'fd12:3456::20', 'fe80::20%eth0']) {
      expect(judge(address, { isFromThisHost: true })).toEqual({ kind: 'accepted', address });
      expect(judge(address)).toMatchObject({ refusal: 'own' });
    }
    const bridge = { own: new Set(['172.17.0.1']), allowed: [parseCidr('172.17.0.0/16')] };
    expect(judge('172.17.0.1', bridge)).toMatchObject({ refusal: 'own' });
    expect(judge('172.17.0.2', bridge).kind).toBe('accepted');
  });

  test('an address of the link on which it was heard: that of another link is somebody else there', () => {
    const eth1: NetworkInterface = {
      name: 'eth1',
      loopback: false,
      addresses: [{ address: '10.0.0.20', family: 'IPv4', prefixLength: 24, scopeId: 0 }],
    };
    const interfaces = [lo, eth0, eth1];
    expect(judge('10.0.0.5', { interfaces })).toMatchObject({ refusal: 'off-link' });
    expect(judge('10.0.0.5', { interfaces, interfaceName: 'eth1' }).kind).toBe('accepted');
    // What this host says of itself on one of its links is true on all.
    expect(judge('10.0.0.20', { interfaces, isFromThisHost: true }).kind).toBe('accepted');
    expect(judge('10.0.0.5', { interfaces, isFromThisHost: true })).toMatchObject({ refusal: 'off-link' });
  });

  test('an address of an allowed network beyond the link', () => {
    const allowed = [parseCidr('10.1.0.0/16'), parseCidr('2001:470::/32')];
    expect(judge('10.1.2.3', { allowed }).kind).toBe('accepted');
    expect(judge('10.2.2.3', { allowed }).kind).toBe('refused');
    expect(judge('2001:470::5', { allowed }).kind).toBe('accepted');
  });

  test('documentation addresses where an interface has their prefix: labs use them', () => {
    const lab: NetworkInterface = {
      name: 'veth0',
      loopback: false,
      addresses: [{ address: '203.0.113.1', family: 'IPv4', prefixLength: 24, scopeId: 0 }],
    };
    const heard = { interfaces: [lab], interfaceName: 'veth0' };
    expect(judge('203.0.113.9', heard).kind).toBe('accepted');
    expect(judge('198.51.100.9', heard)).toMatchObject({ refusal: 'documentation' });
  });

  test('both ends of a /31 and the one address of a /32 (RFC 3021)', () => {
    const link = (prefixLength: number): NetworkInterface => ({
      name: 'p2p0',
      loopback: false,
      addresses: [{ address: '10.9.9.0', family: 'IPv4', prefixLength, scopeId: 0 }],
    });
    const heard = { interfaceName: 'p2p0', isFromThisHost: true };
    expect(judge('10.9.9.1', { ...heard, interfaces: [link(31)] }).kind).toBe('accepted');
    expect(judge('10.9.9.0', { ...heard, interfaces: [link(32)] }).kind).toBe('accepted');
  });

  test('nothing where no interface is up', () => {
    expect(judge('192.168.7.1', { interfaces: [] })).toMatchObject({ refusal: 'off-link' });
  });

  test('no text throws', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.ipV4(),
          fc.ipV6(),
          fc.ipV6().map((ip) => `${ip}%x`),
        ),
        (address) => {
          expect(['accepted', 'refused']).toContain(judge(address).kind);
        },
      ),
    );
  });
});

describe('parseCidr', () => {
  test.each([
    ['10.1.0.0/16', 16],
    ['10.1.2.3', 32],
    ['fd12::/48', 48],
    ['fd12::1', 128],
    ['0.0.0.0/0', 0],
  ])('%s has a prefix of %i bits', (text, prefixLength) => {
    expect(parseCidr(text).prefixLength).toBe(prefixLength);
  });

  test.each([
    '',
    'lan',
    '10.1.0.0/33',
    'fd12::/129',
    '10.1.0.0/',
    '10.1.0.0/-1',
    '10.1/16',
    '10.1.0.0/16/2',
    'fe80::1%eth0/64',
  ])('%j is refused in one sentence', (text) => {
    expect(() => parseCidr(text)).toThrow(AmbassadorError);
    expect(() => parseCidr(text)).toThrow(`${JSON.stringify(text)} is not a network: write e.g. 10.1.0.0/16`);
  });
});

describe('an address that a name server or the user gave', () => {
  test.each(['10.0.0.1', '127.0.0.1', '8.8.8.8', '::1', 'fd00::1', 'fe80::1%eth0', '64:ff9b::a00:1', '192.0.2.1'])(
    '%s may be dialled',
    (address) => {
      expect(isEndpointAddress(address)).toBe(true);
    },
  );

  test.each([
    '',
    'db.test',
    '0.0.0.0',
    '::',
    '224.0.0.251',
    'ff02::fb',
    '255.255.255.255',
    '240.0.0.1',
    '169.254.169.254',
    '::ffff:169.254.169.254',
    'fe80::1',
    'fe80::1%',
  ])('%s may not', (address) => {
    expect(isEndpointAddress(address)).toBe(false);
  });
});
