import { existsSync } from 'node:fs';
import { forgetOldest } from './forget-oldest.ts';
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
/** Interfaces of which it is remembered what they were made as. */
const MAX_KNOWN = 1_024;

/** What Linux knows of interfaces that speaks against using them. What one was made as is read once. */
export class LinuxInterfaceKinds {
  readonly #sysfs: string;
  readonly #made = new Map<string, { readonly index: number; readonly kind: string | undefined }>();

  constructor(sysfs: string = SYSFS) {
    this.#sysfs = sysfs;
  }

  /** Undefined where nothing speaks against it or nothing can be read. `index`: its number, if that is known. */
  describe(name: string, index: number | undefined): string | undefined {
    const folder = `${this.#sysfs}/${name}`;
    return this.#describeMade(name, folder, index) ?? (existsSync(`${folder}/brport`) ? BRIDGE_PORT : undefined);
  }

  #describeMade(name: string, folder: string, index: number | undefined): string | undefined {
    const known = this.#made.get(name);
    if (known !== undefined && known.index === index) return known.kind;
    const kind = describeMade(folder);
    if (index !== undefined) this.#made.set(name, { index, kind });
    forgetOldest(this.#made, MAX_KNOWN);
    return kind;
  }
}

/** A tun device may have any name; its kind stands in sysfs. */
function describeMade(folder: string): string | undefined {
  if (existsSync(`${folder}/bridge`)) return 'bridge';
  if (existsSync(`${folder}/tun_flags`)) return 'VPN or tunnel';
  if (TUNNEL_LINK_TYPES.has(Number(readKernelFile(`${folder}/type`)))) return 'VPN or tunnel';
  const deviceType = /^DEVTYPE=(.*)$/m.exec(readKernelFile(`${folder}/uevent`))?.[1];
  return deviceType === undefined ? undefined : UNWANTED_DEVICE_TYPES.get(deviceType);
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
