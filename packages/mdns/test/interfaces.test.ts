import { describe, expect, it } from 'vitest';
import { normalizeInterfaceName, type OsAddress, type OsInterfaces, selectInterfaces } from '../src/interfaces.ts';

function v4(address: string, bits = 24, internal = false): OsAddress {
  return { address, family: 'IPv4', netmask: '255.255.255.0', cidr: `${address}/${bits}`, internal };
}

function v6(address: string, scopeid: number, internal = false): OsAddress {
  return { address, family: 'IPv6', netmask: 'ffff:ffff:ffff:ffff::', cidr: `${address}/64`, internal, scopeid };
}

const LO: readonly OsAddress[] = [v4('127.0.0.1', 8, true)];

function usedNames(all: OsInterfaces, platform: string, named: readonly string[] = []): readonly string[] {
  return selectInterfaces(all, { platform, named }).used.map(({ name }) => name);
}

describe('the choice of interfaces', () => {
  it('takes the bridges of containers where they are wanted, and nothing else that is virtual', () => {
    const names = ['eth0', 'docker0', 'br-0123456789ab', 'podman0', 'veth1a2b', 'wg0', 'virbr0'];
    const all = Object.fromEntries(names.map((name, index) => [name, [v4(`10.0.${index}.1`)]]));
    const { used } = selectInterfaces(all, { platform: 'linux', withBridges: true });
    expect(used.map(({ name }) => name)).toEqual(['eth0', 'docker0', 'br-0123456789ab', 'podman0']);
  });

  it('takes every address of a LAN interface with its prefix and zone', () => {
    const all = { lo: LO, eth0: [v4('192.168.1.5', 22), v6('fe80::1', 3)] };
    expect(selectInterfaces(all, { platform: 'linux' })).toEqual({
      used: [
        {
          name: 'eth0',
          loopback: false,
          addresses: [
            { address: '192.168.1.5', family: 'IPv4', prefixLength: 22, scopeId: 0 },
            { address: 'fe80::1', family: 'IPv6', prefixLength: 64, scopeId: 3 },
          ],
        },
      ],
      skipped: [],
    });
  });

  it('counts the bits of the netmask where the OS gives no CIDR', () => {
    const all = {
      eth0: [
        { ...v4('10.0.0.1'), netmask: '255.255.254.0', cidr: null },
        { ...v6('fe80::1', 2), cidr: null },
      ],
    };
    const [eth0] = selectInterfaces(all, { platform: 'linux' }).used;
    expect(eth0?.addresses.map(({ prefixLength }) => prefixLength)).toEqual([23, 64]);
  });

  it.each([
    'docker0',
    'br-1f2e3d4c5b6a',
    'br0',
    'bridge0',
    'veth12ab',
    'virbr0',
    'vmnet8',
    'vboxnet0',
    'tun0',
    'tap0',
    'utun3',
    'wg0',
    'tailscale0',
    'ztabcdef',
    'ppp0',
    'cni0',
    'flannel.1',
    'cali1234',
    'lxcbr0',
    'lxc1a2b',
    'podman0',
    'vxlan.calico',
  ])('leaves %s alone unless it is named', (name) => {
    const all = { lo: LO, eth0: [v4('10.0.0.1')], [name]: [v4('172.17.0.1')] };
    const chosen = selectInterfaces(all, { platform: 'linux' });
    expect(chosen.used.map((used) => used.name)).toEqual(['eth0']);
    expect(chosen.skipped).toEqual([{ name, reason: expect.stringMatching(/./) }]);
    expect(usedNames(all, 'linux', [name])).toEqual([name]);
  });

  it.each(['eth0', 'enp3s0', 'wlan0', 'wlp2s0', 'end0', 'bond0', 'eth0.10', 'lan1', 'en0', 'dm0'])(
    'takes %s',
    (name) => {
      expect(usedNames({ [name]: [v4('10.0.0.1')] }, 'linux')).toEqual([name]);
    },
  );

  it('says what a docker bridge is', () => {
    const all = { eth0: [v4('10.0.0.1')], docker0: [v4('172.17.0.1')] };
    expect(selectInterfaces(all, { platform: 'linux' }).skipped).toEqual([
      { name: 'docker0', reason: 'docker bridge' },
    ]);
  });

  it('asks the kernel about names that say nothing', () => {
    const all = { eth0: [v4('10.0.0.1')], foo: [v4('10.8.0.1')] };
    const chosen = selectInterfaces(all, {
      platform: 'linux',
      describeKind: (name) => (name === 'foo' ? 'VPN or tunnel' : undefined),
    });
    expect(chosen.used.map(({ name }) => name)).toEqual(['eth0']);
    expect(chosen.skipped).toEqual([{ name: 'foo', reason: 'VPN or tunnel' }]);
  });

  /** A machine on which `bridge` joins `ports`; `kinds` are the kernel's words. */
  function useBridge(bridge: string, ports: readonly string[], holdsDefaultRoute = false): readonly string[] {
    const all = { lo: LO, [bridge]: [v4('192.168.1.2')], docker0: [v4('172.17.0.1')] };
    const kinds: Readonly<Record<string, string>> = { [bridge]: 'bridge', vnet0: 'VPN or tunnel' };
    return selectInterfaces(all, {
      platform: 'linux',
      describeKind: (name) => kinds[name] ?? (ports.includes(name) ? 'port of a bridge' : undefined),
      describeBridge: (name) =>
        name === bridge ? { ports, holdsDefaultRoute } : { ports: ['veth9'], holdsDefaultRoute: false },
    }).used.map(({ name }) => name);
  }

  it.each(['br0', 'br-lan', 'vmbr0', 'lan'])('takes %s, the bridge that is the LAN', (bridge) => {
    expect(useBridge(bridge, ['enp3s0', 'veth12', 'vnet0'])).toEqual([bridge]);
    expect(useBridge(bridge, ['bond0'])).toEqual([bridge]);
    expect(useBridge(bridge, ['veth12'], true)).toEqual([bridge]);
  });

  it.each(['docker0', 'br-1f2e3d4c5b6a', 'virbr0', 'lxcbr0', 'podman0'])('never takes %s for the LAN', (bridge) => {
    expect(useBridge(bridge, ['enp3s0'], true)).toEqual(['lo']);
  });

  it('leaves a bridge of containers and virtual machines alone, and the ports of one that is the LAN', () => {
    expect(useBridge('br7', ['veth12', 'vnet0', 'tap1'])).toEqual(['lo']);
    const all = { br0: [v4('192.168.1.2')], eth0: [v6('fe80::1', 2)] };
    const chosen = selectInterfaces(all, {
      platform: 'linux',
      describeKind: (name) => (name === 'eth0' ? 'port of a bridge' : 'bridge'),
      describeBridge: () => ({ ports: ['eth0'], holdsDefaultRoute: false }),
    });
    expect(chosen.used.map(({ name }) => name)).toEqual(['br0']);
    expect(chosen.skipped).toEqual([{ name: 'eth0', reason: 'port of a bridge' }]);
  });

  it("takes an access point of Linux, whose name is Apple's elsewhere", () => {
    expect(usedNames({ ap0: [v4('10.0.0.1')] }, 'linux')).toEqual(['ap0']);
  });

  it('falls back to loopback alone when nothing else is left', () => {
    expect(usedNames({ lo: LO, docker0: [v4('172.17.0.1')] }, 'linux')).toEqual(['lo']);
    expect(usedNames({ lo0: LO, utun0: [v6('fe80::9', 9)] }, 'darwin')).toEqual(['lo0']);
  });

  it('does not fall back when interfaces were named and are missing', () => {
    expect(usedNames({ lo: LO, eth0: [v4('10.0.0.1')] }, 'linux', ['eth7'])).toEqual([]);
  });

  it('takes loopback beside others when both are named', () => {
    expect(usedNames({ lo: LO, eth0: [v4('10.0.0.1')] }, 'linux', ['lo', 'eth0'])).toEqual(['lo', 'eth0']);
  });

  it('knows the interfaces of a Mac', () => {
    const all = {
      lo0: LO,
      en0: [v4('192.168.1.7'), v6('fe80::2', 11)],
      en5: [v6('fe80::3', 4)],
      awdl0: [v6('fe80::4', 12)],
      llw0: [v6('fe80::4', 13)],
      utun0: [v6('fe80::5', 14)],
      bridge100: [v4('192.168.64.1')],
      anpi0: [v6('fe80::6', 5)],
      nan0: [v6('fe80::7', 15)],
      rvi0: [v6('fe80::8', 16)],
    };
    expect(usedNames(all, 'darwin')).toEqual(['en0', 'en5']);
  });

  it('knows what third parties put on a Mac', () => {
    const mac = 'aa:bb:cc:dd:ee:ff';
    const all = {
      en0: [{ ...v4('192.168.1.7'), mac }],
      en7: [{ ...v4('10.9.0.7'), mac: '00:00:00:00:00:00' }],
      en8: [{ ...v4('10.8.0.7', 32), mac }],
      feth340: [{ ...v4('10.147.17.2'), mac }],
      vnic0: [{ ...v4('10.211.55.2'), mac: '00:1c:42:00:00:08' }],
    };
    expect(usedNames(all, 'darwin')).toEqual(['en0']);
    expect(usedNames(all, 'darwin', ['feth340'])).toEqual(['feth340']);
  });

  it('knows the interfaces of Android and FreeBSD', () => {
    const names = ['wlan0', 'ccmni0', 'v4-rmnet_data0', 'p2p0', 'dummy0', 'rmnet_data1'];
    expect(usedNames(Object.fromEntries(names.map((name) => [name, [v4('10.0.0.1')]])), 'android')).toEqual(['wlan0']);
    const bsd = ['em0', 'epair0a', 'vm-public'];
    expect(usedNames(Object.fromEntries(bsd.map((name) => [name, [v4('10.0.0.1')]])), 'freebsd')).toEqual(['em0']);
  });

  it.each([
    ['ProtonVPN', '00:00:00:00:00:00', 24],
    ['Mullvad', 'aa:bb:cc:dd:ee:ff', 24],
    ['CloudflareWARP', 'aa:bb:cc:dd:ee:ff', 24],
    ['PANGP Virtual Ethernet Adapter', '02:50:41:00:00:01', 24],
    ['Firma', '00:00:00:00:00:00', 24],
    ['Firma 2', '02:11:22:33:44:55', 32],
    ['Ethernet 4', '00:05:9a:3c:7a:00', 24],
    ['Ethernet 5', '00:ff:12:34:56:78', 24],
    ['Ethernet 3', '0a:00:27:00:00:09', 24],
    ['Ethernet 6', '00:50:56:c0:00:08', 24],
    ['LAN-Verbindung* 10', 'aa:bb:cc:dd:ee:ff', 24],
    ['Connexion au réseau local* 2', 'aa:bb:cc:dd:ee:ff', 24],
  ])('leaves %s of Windows alone (%s, /%i)', (name, mac, bits) => {
    const all = {
      Ethernet: [{ ...v4('192.168.1.8'), mac: '00:50:56:12:34:56' }],
      [name]: [{ ...v4('10.1.2.3', bits), mac }],
    };
    expect(usedNames(all, 'win32')).toEqual(['Ethernet']);
  });

  it('takes the own adapter of a virtual machine', () => {
    for (const mac of ['00:0c:29:11:22:33', '08:00:27:11:22:33', '00:15:5d:11:22:33', '00:50:56:99:22:33']) {
      expect(usedNames({ Ethernet: [{ ...v4('192.168.1.8'), mac }] }, 'win32')).toEqual(['Ethernet']);
    }
  });

  it('knows the interfaces of Windows', () => {
    const all = {
      'Loopback Pseudo-Interface 1': LO,
      'Wi-Fi': [v4('192.168.1.8'), v6('fe80::7', 17)],
      Ethernet: [v4('192.168.2.8')],
      'vEthernet (WSL)': [v4('172.20.0.1')],
      'VMware Network Adapter VMnet8': [v4('192.168.200.1')],
      'VirtualBox Host-Only Network': [v4('192.168.56.1')],
      Tailscale: [v4('100.64.0.1', 32)],
      'Local Area Connection* 2': [v4('192.168.137.1')],
      'Bluetooth Network Connection': [v4('169.254.3.3', 16)],
    };
    expect(usedNames(all, 'win32')).toEqual(['Wi-Fi', 'Ethernet']);
    expect(usedNames(all, 'win32', ['wi-fi'])).toEqual(['Wi-Fi']);
    expect(selectInterfaces(all, { platform: 'win32' }).used[0]?.zone).toBe('17');
    expect(selectInterfaces(all, { platform: 'linux' }).used[0]?.zone).toBeUndefined();
  });

  it('reads names as `ip link` prints them', () => {
    expect(normalizeInterfaceName('eth0@if5')).toBe('eth0');
    expect(normalizeInterfaceName('eth0.10@eth0')).toBe('eth0.10');
    expect(usedNames({ 'eth0@if5': [v4('10.0.0.1')], 'eth0:1': [v4('10.0.0.2')] }, 'linux')).toEqual(['eth0']);
    expect(usedNames({ eth0: [v4('10.0.0.1')] }, 'linux', ['eth0@if5'])).toEqual(['eth0']);
  });
});
