import type { NetworkInterface } from '@mdns-ambassador/mdns';
import { describe, expect, test } from 'vitest';
import { createNetworkJudge } from '../../src/link/network-judge.ts';

const eth0: NetworkInterface = {
  name: 'eth0',
  loopback: false,
  addresses: [
    { address: '10.99.0.1', family: 'IPv4', prefixLength: 24, scopeId: 0 },
    { address: 'fd00::1', family: 'IPv6', prefixLength: 64, scopeId: 0 },
    { address: 'fe80::1', family: 'IPv6', prefixLength: 64, scopeId: 2 },
  ],
};

function judge(isMesh: boolean, named: readonly string[] = []) {
  return createNetworkJudge({
    isMesh,
    interfaces: () => [eth0],
    ownAddresses: () => new Set(['10.99.0.1', 'fd00::1', 'fe80::1', '172.17.0.1']),
    named,
    isDialable: (address) => !address.startsWith('169.254.') && !address.startsWith('224.'),
  });
}

describe('in open mode', () => {
  test.each([
    ['10.99.0.7', true],
    ['fd00::7', true],
    ['fe80::7%eth0', true],
    ['127.0.0.1', true],
    ['172.17.0.1', true],
    ['10.98.0.7', false],
    ['203.0.113.7', false],
    ['2001:db8::7', false],
    ['nonsense', false],
  ])('who comes from %s is let in: %s', (address, isLetIn) => {
    expect(judge(false).mayLink(address)).toBe(isLetIn);
  });

  test('the network of who is named is one that was meant, also when the name has become an address later', () => {
    expect(judge(false, ['10.98.0.1']).mayLink('10.98.0.7')).toBe(true);
    const later = judge(false);
    later.noteNamed('10.97.0.1');
    expect([later.mayLink('10.97.0.7'), later.mayLink('10.96.0.7')]).toEqual([true, false]);
    later.noteNamed('2001:db8:0:1::1');
    expect([later.mayLink('2001:db8:0:1::7'), later.mayLink('2001:db8:0:2::7')]).toEqual([true, false]);
  });

  test.each([
    ['10.99.0.7', true],
    ['10.98.0.7', false],
    ['127.0.0.1', false],
    ['::1', false],
    ['::ffff:127.0.0.1', false],
    ['fe80::7%eth0', false],
    ['169.254.169.254', false],
    ['web.example', false],
  ])('a peer that tells of %s has it dialled: %s', (address, isDialled) => {
    expect(judge(false).mayDial(address, '10.99.0.9')).toBe(isDialled);
  });

  test('the address that a peer comes from is dialled wherever it is, and no other there', () => {
    expect(judge(false).mayDial('203.0.113.7', '203.0.113.7')).toBe(true);
    expect(judge(false).mayDial('203.0.113.8', '203.0.113.7')).toBe(false);
  });
});

describe('in a mesh', () => {
  test('members tell of places anywhere, but of none that means something else there', () => {
    const { mayDial } = judge(true);
    expect(mayDial('198.51.100.7', '10.99.0.9')).toBe(true);
    for (const address of ['127.0.0.1', '::1', 'fe80::7%eth0', 'fe80::7', '169.254.169.254', '224.0.0.251', 'x']) {
      expect([address, mayDial(address, '10.99.0.9')]).toEqual([address, false]);
    }
  });

  test('an address that a member says of a service is none of ours, unless he is on this machine', () => {
    const { isUsable } = judge(true);
    expect([isUsable('10.0.0.7', false), isUsable('fd00::7', false)]).toEqual([true, true]);
    expect([isUsable('172.17.0.1', false), isUsable('172.17.0.1', true)]).toEqual([false, true]);
    expect([isUsable('127.0.0.1', false), isUsable('127.0.0.1', true), isUsable('fe80::7', true)]).toEqual([
      false,
      false,
      false,
    ]);
  });
});
