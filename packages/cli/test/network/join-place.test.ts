import type { NetworkInterface } from '@mdns-ambassador/mdns';
import { expect, test } from 'vitest';
import { listJoinPlaces, parseJoinPlace } from '../../src/network/join-place.ts';

function interfaceWith(name: string, ...addresses: readonly string[]): NetworkInterface {
  return {
    name,
    loopback: false,
    addresses: addresses.map((address) => ({
      address,
      family: address.includes(':') ? 'IPv6' : 'IPv4',
      prefixLength: 24,
    })),
  } as unknown as NetworkInterface;
}

test('who invites is at one address of each interface, written as join reads it, with the port that it has', () => {
  const interfaces = [
    interfaceWith('eth0', 'fe80::1', '2001:db8::1', '10.0.0.5'),
    interfaceWith('wlan0', 'fe80::2', '2001:db8:1::5'),
    interfaceWith('usb0', 'fe80::3'),
  ];
  expect(listJoinPlaces(interfaces, 5351)).toEqual(['10.0.0.5', '[2001:db8:1::5]']);
  expect(listJoinPlaces(interfaces, 40_000)).toEqual(['10.0.0.5:40000', '[2001:db8:1::5]:40000']);
  for (const port of [5351, 40_000]) {
    expect(listJoinPlaces(interfaces, port).map(parseJoinPlace)).toEqual([
      { host: '10.0.0.5', port },
      { host: '2001:db8:1::5', port },
    ]);
  }
});
