import { describe, expect, it } from 'vitest';
import { GroupReceivers } from '../src/group-receivers.ts';
import { HostReader } from '../src/host-reader.ts';
import { bindAddress, groupAddress, openLink } from '../src/link.ts';
import type { NetworkInterface } from '../src/network.ts';

const ETH0: NetworkInterface = { name: 'eth0', loopback: false, addresses: [] };
const WIFI: NetworkInterface = { name: 'Wi-Fi', loopback: false, addresses: [], zone: '17' };

describe('the addresses of a link', () => {
  it.each([
    ['linux', '224.0.0.251', 'ff02::fb%eth0'],
    ['darwin', '0.0.0.0', '::'],
    ['win32', '0.0.0.0', '::'],
  ])('on %s it is bound to %s and %s', (platform, ipv4, ipv6) => {
    expect(bindAddress(ETH0, 'IPv4', platform)).toBe(ipv4);
    expect(bindAddress(ETH0, 'IPv6', platform)).toBe(ipv6);
  });

  it('the IPv6 group has the zone of the interface, a number on Windows', () => {
    expect(groupAddress(ETH0, 'IPv6')).toBe('ff02::fb%eth0');
    expect(groupAddress(WIFI, 'IPv6')).toBe('ff02::fb%17');
    expect(groupAddress(WIFI, 'IPv4')).toBe('224.0.0.251');
  });

  it('an interface without an IPv4 address has no IPv4 link', async () => {
    const reader = new HostReader();
    const events = { packet: () => {}, reply: () => {}, sent: () => {}, failed: () => {} };
    await expect(
      openLink(ETH0, 'IPv4', events, { platform: 'linux', reader, receivers: new GroupReceivers(reader) }),
    ).rejects.toMatchObject({ code: 'no-address' });
  });
});
