import { describe, expect, it } from 'vitest';
import { type AddressStanding, AddressStandings, listTold } from '../src/address-standing.ts';
import type { InterfaceAddress } from '../src/network.ts';

const TABLE = `
fd00000000000000000000000000dead 02 40 00 a0     eth0
fd00000000000000349b0debbd79de8e 02 40 00 01     eth0
fd000000000000000000000000000001 02 40 00 80     eth0
fe8000000000000000000000000000aa 02 40 20 c8     eth0
fd000000000000000000000000000001 03 40 00 21    wlan0
00000000000000000000000000000001 01 80 10 80       lo
`;

function own(address: string, standing?: AddressStanding): InterfaceAddress {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  return { address, family, prefixLength: 64, scopeId: 0, ...(standing === undefined ? {} : { standing }) };
}

describe('what Linux says of an address in /proc/net/if_inet6', () => {
  const standings = new AddressStandings(TABLE);

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
    expect(standings.mark(name, own(address)).standing).toBe(standing);
  });

  it('is nothing where there is no table', () => {
    expect(new AddressStandings('').mark('eth0', own('fd00::dead'))).toEqual(own('fd00::dead'));
  });
});

describe('the addresses that others are told of', () => {
  it.each<readonly [string, readonly InterfaceAddress[], readonly string[]]>([
    [
      'those that last, and that of the link',
      [own('fe80::1'), own('fd00::dead', 'deprecated'), own('fd00::77', 'temporary'), own('fd00::1')],
      ['fe80::1', 'fd00::1'],
    ],
    ['IPv4, where IPv6 is being renumbered', [own('10.0.0.1'), own('fd00::dead', 'deprecated')], ['10.0.0.1']],
    [
      'what is left, where none that lasts leads beyond the link',
      [own('fe80::1'), own('fd00::dead', 'deprecated'), own('fd00::2', 'duplicate')],
      ['fe80::1', 'fd00::dead'],
    ],
    ['none that is somebody else’s, too', [own('fe80::1', 'duplicate')], []],
  ])('are %s', (_, addresses, told) => {
    expect(listTold(addresses).map(({ address }) => address)).toEqual(told);
  });
});
