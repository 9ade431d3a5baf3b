import { describe, expect, it } from 'vitest';
import { compareInterfaces } from '../src/interface-changes.ts';
import type { NetworkInterface } from '../src/network.ts';

function eth0(addresses: readonly string[], index?: number): NetworkInterface {
  return {
    name: 'eth0',
    loopback: false,
    addresses: addresses.map((address) => ({
      address,
      family: address.includes(':') ? 'IPv6' : 'IPv4',
      prefixLength: 24,
      scopeId: 0,
    })),
    ...(index !== undefined && { index }),
  };
}

describe('what happened to the interfaces', () => {
  it('nothing, when the same addresses come in another order', () => {
    expect(compareInterfaces([eth0(['10.0.0.1', '10.0.0.2'])], [eth0(['10.0.0.2', '10.0.0.1'])])).toEqual([]);
  });

  it('one came, another went', () => {
    const wlan0 = { ...eth0(['10.1.0.1']), name: 'wlan0' };
    expect(compareInterfaces([eth0(['10.0.0.1'])], [wlan0])).toEqual([
      { kind: 'removed', name: 'eth0' },
      { kind: 'added', on: wlan0 },
    ]);
  });

  it.each([
    [['10.0.0.1'], ['10.0.0.1', '10.0.0.2'], false],
    [['10.0.0.1', '10.0.0.2'], ['10.0.0.2'], false],
    [['10.0.0.1'], ['10.0.0.2'], true],
  ])('%j became %j: moved is %j', (before, after, isMoved) => {
    expect(compareInterfaces([eth0(before)], [eth0(after)])).toEqual([
      { kind: 'readdressed', on: eth0(after), isMoved },
    ]);
  });

  it('an address is on its way out: it may be told of no longer, on the same network', () => {
    const before = eth0(['fd00::1']);
    const after = {
      ...before,
      addresses: before.addresses.map((own) => ({ ...own, standing: 'deprecated' as const })),
    };
    expect(compareInterfaces([before], [after])).toEqual([{ kind: 'readdressed', on: after, isMoved: false }]);
    expect(compareInterfaces([after], [after])).toEqual([]);
  });

  it('it was made anew under its old name and address', () => {
    const again = eth0(['10.0.0.1'], 8);
    expect(compareInterfaces([eth0(['10.0.0.1'], 7)], [again])).toEqual([
      { kind: 'removed', name: 'eth0' },
      { kind: 'added', on: again },
    ]);
  });
});
