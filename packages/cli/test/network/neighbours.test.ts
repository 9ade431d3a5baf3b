import { expect, test } from 'vitest';
import { parseArp, parseIpNeigh, parseNdp, parseWindowsArp, readNeighbours } from '../../src/network/neighbours.ts';

/** In the form of iproute2 6.1; written by hand. */
const IP_NEIGH = `10.99.0.2 dev eth0 lladdr 5e:1b:2c:3d:4e:5f REACHABLE
10.99.0.3 dev eth0  INCOMPLETE
10.99.0.4 dev eth0  FAILED
10.99.0.254 dev eth0 lladdr 02:42:ac:11:00:02 STALE
fe80::1 dev eth0 lladdr 02:42:ac:11:00:02 router DELAY
172.17.0.9 dev docker0 NOARP
`;
/** In the form of arp -an and ndp -an on macOS; written by hand, not captured there. */
const ARP = `? (192.168.7.1) at 0:11:22:33:44:55 on en0 ifscope [ethernet]
? (192.168.7.20) at (incomplete) on en0 ifscope [ethernet]
? (224.0.0.251) at 1:0:5e:0:0:fb on en0 ifscope permanent [ethernet]
`;
const NDP = `Neighbor                                Linklayer Address  Netif Expire    St Flgs Prbs
fe80::1%lo0                             (incomplete)         lo0 permanent R
fe80::10a2:3ff:fe4%en0                  a0:b1:c2:d3:e4:f5    en0 23h59m58s S  R
`;
/** In the form of Windows in French; written by hand, not captured there. */
const WINDOWS_ARP = `
Interface : 192.168.1.20 --- 0x9
  Adresse Internet      Adresse physique      Type
  192.168.1.1           00-11-22-33-44-55     dynamique
  192.168.1.30          00-00-00-00-00-00     non valide
  224.0.0.251           01-00-5e-00-00-fb     statique
`;

test('ip neigh', () => {
  expect(parseIpNeigh(IP_NEIGH)).toEqual([
    { address: '10.99.0.2', state: 'fresh', mac: '5e:1b:2c:3d:4e:5f' },
    { address: '10.99.0.3', state: 'silent' },
    { address: '10.99.0.4', state: 'silent' },
    { address: '10.99.0.254', state: 'stale', mac: '02:42:ac:11:00:02' },
    { address: 'fe80::1', state: 'stale', mac: '02:42:ac:11:00:02' },
  ]);
});

test('arp and ndp of macOS', () => {
  expect(parseArp(ARP).slice(0, 2)).toEqual([
    { address: '192.168.7.1', state: 'stale', mac: '00:11:22:33:44:55' },
    { address: '192.168.7.20', state: 'silent' },
  ]);
  expect(parseNdp(NDP)).toEqual([
    { address: 'fe80::1', state: 'silent' },
    { address: 'fe80::10a2:3ff:fe4', state: 'stale', mac: 'a0:b1:c2:d3:e4:f5' },
  ]);
});

test('arp of Windows, in any language', () => {
  expect(parseWindowsArp(WINDOWS_ARP).slice(0, 2)).toEqual([
    { address: '192.168.1.1', state: 'stale', mac: '00:11:22:33:44:55' },
    { address: '192.168.1.30', state: 'silent' },
  ]);
});

test.each([
  ['linux', { ip: IP_NEIGH }, 5],
  ['darwin', { '/usr/sbin/arp': ARP, '/usr/sbin/ndp': NDP }, 5],
  ['darwin', { '/usr/sbin/arp': ARP }, 3],
  ['win32', { arp: WINDOWS_ARP }, 3],
] as const)('On %s the system is asked', async (platform, outputs, count) => {
  const run = async (program: string): Promise<string | undefined> => new Map(Object.entries(outputs)).get(program);
  expect(await readNeighbours(platform, run)).toHaveLength(count);
});

test.each(['linux', 'darwin', 'win32', 'freebsd'] as const)(
  'On %s without such a program nothing is known',
  async (platform) => {
    expect(await readNeighbours(platform, async () => undefined)).toBeUndefined();
  },
);
