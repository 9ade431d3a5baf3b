import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeLinuxBridge, LinuxInterfaceKinds } from '../src/interface-kind.ts';
import { writeFoo } from './sysfs.ts';

describe('the kind of a Linux interface', () => {
  let sysfs = '';
  beforeEach(() => {
    sysfs = mkdtempSync(join(tmpdir(), 'sysfs-'));
  });
  afterEach(() => rmSync(sysfs, { recursive: true }));

  function describeKind(files: Readonly<Record<string, string>>): string | undefined {
    writeFoo(sysfs, files);
    return new LinuxInterfaceKinds(sysfs).describe('foo', undefined);
  }

  it('tells a tun device whatever its name', () => {
    expect(describeKind({ type: '65534\n', tun_flags: '0x1001\n' })).toBe('VPN or tunnel');
  });

  it('tells a tap device, which looks like Ethernet', () => {
    expect(describeKind({ type: '1\n', tun_flags: '0x1002\n' })).toBe('VPN or tunnel');
  });

  it('tells WireGuard and PPP', () => {
    expect(describeKind({ type: '65534\n', uevent: 'DEVTYPE=wireguard\nINTERFACE=foo\n' })).toBe('VPN or tunnel');
    expect(describeKind({ type: '512\n' })).toBe('VPN or tunnel');
  });

  it('tells a bridge', () => {
    expect(describeKind({ type: '1\n', 'bridge/bridge_id': '8000\n', uevent: 'DEVTYPE=bridge\n' })).toBe('bridge');
  });

  it('tells the port of a bridge, and what it is beyond that first', () => {
    expect(describeKind({ type: '1\n', 'brport/state': '3\n' })).toBe('port of a bridge');
    expect(describeKind({ type: '1\n', 'brport/state': '3\n', tun_flags: '0x1002\n' })).toBe('VPN or tunnel');
  });

  it('knows what a bridge joins, and whether the way out leads there', () => {
    mkdirSync(join(sysfs, 'br0/brif/eth0'), { recursive: true });
    const route = (line: string, file = 'route') => writeFileSync(join(sysfs, file), `Iface\tDestination\n${line}\n`);
    const facts = () => describeLinuxBridge('br0', sysfs, sysfs);
    expect(facts()).toEqual({ ports: ['eth0'], holdsDefaultRoute: false });
    route('br0\t00000000\t0100A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0');
    expect(facts().holdsDefaultRoute).toBe(true);
    route('br0\t0000A8C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0');
    expect(facts().holdsDefaultRoute).toBe(false);
    const zeros = '0'.repeat(32);
    const rest = 'fe800000000000000000000000000001 00000400 00000001 00000000 00000003';
    route(`${zeros} 00 ${zeros} 00 ${rest}     br0`, 'ipv6_route');
    expect(facts().holdsDefaultRoute).toBe(true);
    route(`${zeros} 00 ${zeros} 00 ${rest}      lo`, 'ipv6_route');
    expect(facts().holdsDefaultRoute).toBe(false);
  });

  it('tells an overlay', () => {
    expect(describeKind({ type: '1\n', uevent: 'DEVTYPE=vxlan\nINTERFACE=foo\n' })).toBe('overlay network');
  });

  it.each(['', 'INTERFACE=eth0\nIFINDEX=5\n', 'DEVTYPE=wlan\n', 'DEVTYPE=vlan\n', 'DEVTYPE=bond\n'])(
    'has nothing against Ethernet, Wi-Fi, VLANs, bonds and the end of a veth pair in a container (%j)',
    (uevent) => {
      expect(describeKind({ type: '1\n', uevent })).toBeUndefined();
    },
  );

  it('has nothing against an interface of which nothing can be read', () => {
    expect(new LinuxInterfaceKinds(sysfs).describe('bar', 1)).toBeUndefined();
  });

  it('is what it was made as until it is made anew, and a port of a bridge for as long as it is one', () => {
    const kinds = new LinuxInterfaceKinds(sysfs);
    writeFoo(sysfs, { type: '1\n' });
    expect(kinds.describe('foo', 1)).toBeUndefined();
    writeFoo(sysfs, { 'brport/state': '3\n' });
    expect(kinds.describe('foo', 1)).toBe('port of a bridge');
    rmSync(join(sysfs, 'foo/brport'), { recursive: true });
    expect(kinds.describe('foo', 1)).toBeUndefined();
    writeFoo(sysfs, { type: '65534\n', tun_flags: '0x1001\n' });
    expect(kinds.describe('foo', 2)).toBe('VPN or tunnel');
    rmSync(join(sysfs, 'foo/tun_flags'));
    writeFoo(sysfs, { type: '1\n' });
    expect(kinds.describe('foo', undefined)).toBeUndefined();
    expect(kinds.describe('foo', 3)).toBeUndefined();
  });
});
