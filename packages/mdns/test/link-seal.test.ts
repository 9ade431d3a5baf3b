import { describe, expect, it } from 'vitest';
import type { OsAddress, OsInterfaces } from '../src/interfaces.ts';
import { listIndices, listJoined, nameJoined, planSeal, type SealPlan } from '../src/link-seal.ts';
import type { NetworkInterface } from '../src/network.ts';

const IGMP = `Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter
1\tlo        :     1      V3
\t\t\t\t010000E0     1 0:00000000\t\t0
2\teth0      :     2      V3
\t\t\t\tFB0000E0     1 0:00000000\t\t0
\t\t\t\t010000E0     1 0:00000000\t\t0
13\tbr-0123456789ab:     2      V3
\t\t\t\tFB0000E0     2 0:00000000\t\t0
`;
const ETH0: NetworkInterface = { name: 'eth0', loopback: false, addresses: [] };

function ipv4(address: string): OsAddress {
  return { address, family: 'IPv4', netmask: '255.255.255.0', cidr: `${address}/24`, internal: false };
}

function seal(on: NetworkInterface, joined: readonly string[], interfaces: OsInterfaces): SealPlan {
  return planSeal([on.name], nameJoined(joined, interfaces));
}

describe('the seal of a link', () => {
  it('reads which interfaces have joined the group', () => {
    expect(listJoined(IGMP)).toEqual(['eth0', 'br-0123456789ab']);
    expect(listJoined('')).toEqual([]);
    expect([...listIndices(IGMP)]).toEqual([
      ['lo', 1],
      ['eth0', 2],
      ['br-0123456789ab', 13],
    ]);
  });

  it('refuses what arrives by any other of them', () => {
    const interfaces = { eth0: [ipv4('10.0.0.1')], eth1: [ipv4('10.0.1.1')], 'eth2:1': [ipv4('10.0.2.1')] };
    expect(seal(ETH0, ['eth0', 'eth1', 'eth2'], interfaces)).toEqual({
      refused: [
        { name: 'eth1', address: '10.0.1.1' },
        { name: 'eth2', address: '10.0.2.1' },
      ],
      isWhole: true,
    });
    expect(seal(ETH0, ['eth0'], interfaces)).toEqual({ refused: [], isWhole: true });
  });

  it('is not whole where one has no address of its own: the kernel would take it for another, perhaps for this one', () => {
    const shared = { eth0: [ipv4('172.17.0.1')], eth1: [ipv4('172.17.0.1')] };
    expect(seal(ETH0, ['eth0', 'eth1'], shared)).toEqual({ refused: [], isWhole: false });
    expect(seal(ETH0, ['eth0', 'eth1'], { ...shared, eth1: [ipv4('172.17.0.1'), ipv4('10.0.1.1')] })).toEqual({
      refused: [{ name: 'eth1', address: '10.0.1.1' }],
      isWhole: true,
    });
    expect(seal(ETH0, ['eth1'], {})).toMatchObject({ isWhole: false });
  });
});
