import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { describeLinuxInterfaceKind } from '../src/interface-kind.ts';

describe('the kind of a Linux interface', () => {
  let sysfs = '';
  beforeEach(() => {
    sysfs = mkdtempSync(join(tmpdir(), 'sysfs-'));
  });
  afterEach(() => rmSync(sysfs, { recursive: true }));

  function describeKind(files: Readonly<Record<string, string>>): string | undefined {
    for (const [path, text] of Object.entries(files)) {
      const file = join(sysfs, 'foo', path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
    }
    return describeLinuxInterfaceKind('foo', sysfs);
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
    expect(describeLinuxInterfaceKind('bar', sysfs)).toBeUndefined();
  });
});
