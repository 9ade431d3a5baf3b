import { describe, expect, it } from 'vitest';
import { listTold } from '../src/address-standing.ts';
import type { AddressStanding, InterfaceAddress } from '../src/network.ts';

function own(address: string, standing?: AddressStanding): InterfaceAddress {
  const family = address.includes(':') ? 'IPv6' : 'IPv4';
  return { address, family, prefixLength: 64, scopeId: 0, ...(standing === undefined ? {} : { standing }) };
}

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
