import { describe, expect, it } from 'vitest';
import { readStandings } from '../src/inet6-table.ts';
import type { InterfaceAddress } from '../src/network.ts';

const TABLE = `
fd00000000000000000000000000dead 02 40 00 a0     eth0
fd00000000000000349b0debbd79de8e 02 40 00 01     eth0
fd000000000000000000000000000001 02 40 00 80     eth0
fe8000000000000000000000000000aa 02 40 20 c8     eth0
fd000000000000000000000000000001 03 40 00 21    wlan0
00000000000000000000000000000001 01 80 10 80       lo
`;

function own(address: string): InterfaceAddress {
  return { address, family: address.includes(':') ? 'IPv6' : 'IPv4', prefixLength: 64, scopeId: 0 };
}

describe('what Linux says of an address in /proc/net/if_inet6', () => {
  const mark = readStandings(TABLE);

  it.each([
    ['eth0', 'fd00::dead', 'deprecated'],
    ['eth0', 'fd00::349b:deb:bd79:de8e', 'temporary'],
    ['eth0', 'fe80::aa', 'duplicate'],
    ['wlan0', 'fd00::1', 'deprecated'],
    ['eth0', 'fd00::1', undefined],
    ['eth0', 'fd00::2', undefined],
    ['eth0', '10.0.0.1', undefined],
    ['lo', '::1', undefined],
  ] as const)('on %s, %s is %j', (name, address, standing) => {
    expect(mark(name, own(address)).standing).toBe(standing);
  });

  it('is nothing where there is no table', () => {
    expect(readStandings('')('eth0', own('fd00::dead'))).toEqual(own('fd00::dead'));
  });
});
