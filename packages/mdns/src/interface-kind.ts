import { existsSync, readFileSync } from 'node:fs';

/** ARPHRD_* (linux/if_arp.h): link layers that no LAN has. */
const TUNNEL_LINK_TYPES: ReadonlySet<number> = new Set([512, 519, 768, 769, 776, 778, 823, 65534]);
/** DEVTYPE in uevent; `veth` has none, and a container's `eth0` is one, so veth pairs are told by name alone. */
const UNWANTED_DEVICE_TYPES: ReadonlyMap<string, string> = new Map([
  ['bridge', 'bridge'],
  ['wireguard', 'VPN or tunnel'],
  ['ppp', 'VPN or tunnel'],
  ['vxlan', 'overlay network'],
  ['geneve', 'overlay network'],
  ['wwan', 'mobile network'],
]);

/**
 * What Linux knows of an interface that speaks against using it, undefined where nothing does or nothing can be read. A tun device
 * may have any name; its kind stands in sysfs.
 */
export function describeLinuxInterfaceKind(name: string, sysfs: string = '/sys/class/net'): string | undefined {
  const folder = `${sysfs}/${name}`;
  if (existsSync(`${folder}/bridge`)) return 'bridge';
  if (existsSync(`${folder}/tun_flags`)) return 'VPN or tunnel';
  if (TUNNEL_LINK_TYPES.has(Number(readOrEmpty(`${folder}/type`)))) return 'VPN or tunnel';
  const deviceType = /^DEVTYPE=(.*)$/m.exec(readOrEmpty(`${folder}/uevent`))?.[1];
  return deviceType === undefined ? undefined : UNWANTED_DEVICE_TYPES.get(deviceType);
}

/** The number that the kernel gave to an interface when it was made; undefined where it can't be read. */
export function readLinuxInterfaceIndex(name: string, sysfs: string = '/sys/class/net'): number | undefined {
  const index = Number(readOrEmpty(`${sysfs}/${name}/ifindex`));
  return index > 0 ? index : undefined;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return '';
  }
}
