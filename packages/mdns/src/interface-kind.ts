import { existsSync } from 'node:fs';
import { BRIDGE_PORT, type BridgeFacts } from './interfaces.ts';
import { listKernelFolder, readKernelFile, SYSFS } from './kernel-file.ts';

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
export function describeLinuxInterfaceKind(name: string, sysfs: string = SYSFS): string | undefined {
  const folder = `${sysfs}/${name}`;
  if (existsSync(`${folder}/bridge`)) return 'bridge';
  if (existsSync(`${folder}/tun_flags`)) return 'VPN or tunnel';
  if (TUNNEL_LINK_TYPES.has(Number(readKernelFile(`${folder}/type`)))) return 'VPN or tunnel';
  const deviceType = /^DEVTYPE=(.*)$/m.exec(readKernelFile(`${folder}/uevent`))?.[1];
  const byType = deviceType === undefined ? undefined : UNWANTED_DEVICE_TYPES.get(deviceType);
  return byType ?? (existsSync(`${folder}/brport`) ? BRIDGE_PORT : undefined);
}

/** The route of all else, in the tables of /proc/net: destination and mask of zeros. */
const DEFAULT_ROUTE = { ipv4: /^(\S+)\t00000000\t\S+\t\S+\t\S+\t\S+\t\S+\t00000000\t/, ipv6: /^0{32} 00 .* (\S+)$/ };

/** What Linux knows of a bridge; nothing where nothing can be read. */
export function describeLinuxBridge(name: string, sysfs: string = SYSFS, procfs: string = '/proc/net'): BridgeFacts {
  const leadsThere = (path: string, pattern: RegExp): boolean =>
    readKernelFile(path)
      .split('\n')
      .some((line) => pattern.exec(line.trim())?.[1] === name);
  return {
    ports: listKernelFolder(`${sysfs}/${name}/brif`),
    holdsDefaultRoute:
      leadsThere(`${procfs}/route`, DEFAULT_ROUTE.ipv4) || leadsThere(`${procfs}/ipv6_route`, DEFAULT_ROUTE.ipv6),
  };
}
