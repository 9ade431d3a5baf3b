import { expect, test } from 'vitest';
import { listDialableAddresses, listServiceTargets } from '../src/local-targets.ts';
import { ETH0, ETH1, LOOPBACK, networkInterface } from './fake-host.ts';

test('A service of this machine is looked for on loopback first, then on what the interfaces have', () => {
  const targets = listServiceTargets({ kind: 'any' }, 12345, [ETH0, ETH1], 'linux');
  expect(targets.map(({ address }) => address)).toEqual(['127.0.0.1', '::1', '10.99.0.1', '10.98.0.1', 'fe80::1%eth0']);
  expect(targets.every(({ port }) => port === 12345)).toBe(true);
});

test('No address is looked at twice', () => {
  const targets = listServiceTargets({ kind: 'any' }, 80, [LOOPBACK], 'linux');
  expect(targets.map(({ address }) => address)).toEqual(['127.0.0.1', '::1']);
});

test('A host that was named is the only place to look at', () => {
  expect(listServiceTargets({ kind: 'own', addresses: ['10.99.0.1'] }, 80, [ETH0, ETH1], 'linux')).toEqual([
    { kind: 'tcp', address: '10.99.0.1', port: 80 },
  ]);
});

test('With a family, it is looked for and given out in that one alone', () => {
  const inFamily = (family: 'IPv4' | 'IPv6'): readonly string[] =>
    listServiceTargets({ kind: 'any' }, 80, [ETH0, ETH1], 'linux', family).map(({ address }) => address);
  expect(inFamily('IPv4')).toEqual(['127.0.0.1', '10.99.0.1', '10.98.0.1']);
  expect(inFamily('IPv6')).toEqual(['::1', 'fe80::1%eth0']);
  expect(listDialableAddresses([ETH0], 'linux', 'IPv6')).toEqual(['fe80::1%eth0']);
});

test.each([
  ['linux', 'fe80::1%eth0'],
  ['darwin', 'fe80::1%eth0'],
  ['win32', 'fe80::1%2'],
])('On %s a link-local address is dialled as %s', (platform, expected) => {
  expect(listDialableAddresses([ETH0], platform)).toEqual(['10.99.0.1', expected]);
});

test('IPv4 comes first, then global IPv6, then link-local', () => {
  const mixed = networkInterface('eth0', 'fe80::1', '2001:db8::1', '10.99.0.1');
  expect(listDialableAddresses([mixed], 'linux')).toEqual(['10.99.0.1', '2001:db8::1', 'fe80::1%eth0']);
});
