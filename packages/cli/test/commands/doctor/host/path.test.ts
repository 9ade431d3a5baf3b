import { expect, test } from 'vitest';
import { findPath, isOwnAddress } from '../../../../src/commands/doctor/host/path.ts';
import type { OsNetwork } from '../../../../src/commands/doctor/system/os-network.ts';

const ETH0 = {
  name: 'eth0',
  loopback: false,
  isTunnel: false,
  addresses: [
    { address: '10.0.0.1', family: 'IPv4', prefixLength: 24, scopeId: 0 },
    { address: 'fe80::1', family: 'IPv6', prefixLength: 64, scopeId: 2 },
    { address: 'fd00::1', family: 'IPv6', prefixLength: 64, scopeId: 0 },
  ],
} as const;
const WLAN0 = {
  name: 'wlan0',
  loopback: false,
  isTunnel: false,
  addresses: [{ address: '10.0.0.9', family: 'IPv4', prefixLength: 24, scopeId: 0 }],
} as const;
const WG0 = {
  name: 'wg0',
  loopback: false,
  isTunnel: true,
  addresses: [{ address: '10.8.0.2', family: 'IPv4', prefixLength: 8, scopeId: 0 }],
} as const;
const NETWORK: OsNetwork = [ETH0, WLAN0, WG0];

test.each([
  ['10.0.0.2', '10.0.0.1', 'eth0', false, ['eth0', 'wlan0']],
  ['10.0.0.2', '10.0.0.9', 'wlan0', false, ['eth0', 'wlan0']],
  ['10.0.0.2', '10.8.0.2', 'wg0', true, ['eth0', 'wlan0']],
  ['192.168.1.1', '10.0.0.1', 'eth0', false, []],
  // A tunnel's own prefix is nobody's link.
  ['10.77.0.1', '10.8.0.2', 'wg0', true, []],
  ['fd00::2', 'fd00::1', 'eth0', false, ['eth0']],
  ['fe80::2%eth0', 'fe80::1', 'eth0', false, ['eth0']],
  ['fe80::2%2', 'fe80::1', 'eth0', false, ['eth0']],
])('%s is sent from %s', async (address, source, interfaceName, isTunnel, homes) => {
  expect(await findPath(address, NETWORK, async () => ({ source }))).toEqual({
    kind: 'via',
    interfaceName,
    isTunnel,
    homes,
  });
});

test('Where the kernel knows no way, its code is told', async () => {
  expect(await findPath('10.0.0.2', NETWORK, async () => ({ code: 'ENETUNREACH' }))).toEqual({
    kind: 'none',
    code: 'ENETUNREACH',
  });
});

test('Own addresses are known, loopback among them', () => {
  const own = ['10.0.0.1', 'fe80::1%eth0', '127.0.0.1'].map((address) => isOwnAddress(address, NETWORK));
  expect([...own, isOwnAddress('10.0.0.2', NETWORK)]).toEqual([true, true, true, false]);
});
