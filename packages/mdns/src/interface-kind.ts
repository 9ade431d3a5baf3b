import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { AddressStandings } from './address-standing.ts';
import { BRIDGE_PORT, type BridgeFacts } from './interfaces.ts';
import { failForWantOfDescriptor } from './no-descriptor.ts';

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

/** Nothing below takes the want of a file descriptor for an answer: it throws `no-descriptor`. */

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
  const byType = deviceType === undefined ? undefined : UNWANTED_DEVICE_TYPES.get(deviceType);
  return byType ?? (existsSync(`${folder}/brport`) ? BRIDGE_PORT : undefined);
}

/** The route of all else, in the tables of /proc/net: destination and mask of zeros. */
const DEFAULT_ROUTE = { ipv4: /^(\S+)\t00000000\t\S+\t\S+\t\S+\t\S+\t\S+\t00000000\t/, ipv6: /^0{32} 00 .* (\S+)$/ };

/** What Linux knows of a bridge; nothing where nothing can be read. */
export function describeLinuxBridge(
  name: string,
  sysfs: string = '/sys/class/net',
  procfs: string = '/proc/net',
): BridgeFacts {
  const leadsThere = (path: string, pattern: RegExp): boolean =>
    readOrEmpty(path)
      .split('\n')
      .some((line) => pattern.exec(line.trim())?.[1] === name);
  return {
    ports: listOrNothing(`${sysfs}/${name}/brif`),
    holdsDefaultRoute:
      leadsThere(`${procfs}/route`, DEFAULT_ROUTE.ipv4) || leadsThere(`${procfs}/ipv6_route`, DEFAULT_ROUTE.ipv6),
  };
}

/** What the kernel says against addresses of this host. */
export function readLinuxStandings(procfs: string = '/proc/net'): AddressStandings {
  return new AddressStandings(readOrEmpty(`${procfs}/if_inet6`));
}

/** The number that the kernel gave to an interface when it was made; undefined where it can't be read. */
export function readLinuxInterfaceIndex(name: string, sysfs: string = '/sys/class/net'): number | undefined {
  const index = Number(readOrEmpty(`${sysfs}/${name}/ifindex`));
  return index > 0 ? index : undefined;
}

/** Bytes of an IP packet that it carries whole; undefined where that can't be read. */
export function readLinuxMtu(name: string, sysfs: string = '/sys/class/net'): number | undefined {
  const mtu = Number(readOrEmpty(`${sysfs}/${name}/mtu`));
  return mtu > 0 ? mtu : undefined;
}

/**
 * How often it got or lost its carrier; undefined where that can't be read. Of a bridge, which has one as long as a virtual machine is
 * there, those of its cables are counted, too.
 */
export function readLinuxCarrierChanges(name: string, sysfs: string = '/sys/class/net'): number | undefined {
  const text = readOrEmpty(`${sysfs}/${name}/carrier_changes`);
  if (text === '') return undefined;
  const counts = listCables(name, sysfs).map((port) => Number(readOrEmpty(`${sysfs}/${port}/carrier_changes`)));
  return counts.reduce((sum, count) => sum + count, Number(text));
}

/** Whether it is a bridge of containers or virtual machines alone, which loses its carrier with the last of them. */
export function isLinuxInnerBridge(name: string, sysfs: string = '/sys/class/net'): boolean {
  return existsSync(`${sysfs}/${name}/bridge`) && listCables(name, sysfs).length === 0;
}

/** The ports of a bridge that lead out of this machine. */
function listCables(bridge: string, sysfs: string): readonly string[] {
  const isCable = (port: string): boolean =>
    existsSync(`${sysfs}/${port}/device`) || /^DEVTYPE=(bond|vlan)$/m.test(readOrEmpty(`${sysfs}/${port}/uevent`));
  return listOrNothing(`${sysfs}/${bridge}/brif`).filter(isCable);
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch (error) {
    failForWantOfDescriptor(error);
    return '';
  }
}

function listOrNothing(folder: string): readonly string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    failForWantOfDescriptor(error);
    return [];
  }
}
