import type { InterfaceAddress, NetworkInterface } from './network.ts';

/** What `os.networkInterfaces()` says of one address; only what is read here. */
export interface OsAddress {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly netmask: string;
  readonly cidr: string | null;
  readonly internal: boolean;
  readonly scopeid?: number | undefined;
}

/** The shape of `os.networkInterfaces()`: what is up, by name. */
export type OsInterfaces = Readonly<Record<string, readonly OsAddress[] | undefined>>;

export interface InterfaceChoice {
  /** `process.platform` of the machine that the names come from. */
  readonly platform: string;
  /** Take exactly these, whatever they are; empty or absent: choose by the rules. */
  readonly named?: readonly string[];
  /** What the OS knows of an interface beyond its name, in words for the user; undefined: nothing against it. */
  readonly describeKind?: (name: string) => string | undefined;
  /** Take the bridges of containers too; what is announced there are the addresses that are valid there. */
  readonly withBridges?: boolean;
}

/** An interface that is up, has an address and is left alone. */
export interface SkippedInterface {
  readonly name: string;
  /** What it is: `docker bridge`, `VPN or tunnel`. */
  readonly reason: string;
}

export interface InterfaceSelection {
  readonly used: readonly NetworkInterface[];
  readonly skipped: readonly SkippedInterface[];
}

type NameRule = readonly [pattern: RegExp, reason: string];

const TUNNEL = 'VPN or tunnel';
const BRIDGES: readonly (string | undefined)[] = ['docker bridge', 'bridge', 'podman bridge'];
const UNIX_RULES: readonly NameRule[] = [
  [/^docker/, 'docker bridge'],
  [/^br-[0-9a-f]{12}$/, 'docker bridge'],
  [/^(br-|br\d|bridge|lxcbr|lxdbr|incusbr|cbr\d)/, 'bridge'],
  [/^podman/, 'podman bridge'],
  [/^veth/, 'container end of a veth pair'],
  [/^(virbr|vnet\d|vmnet|vmenet|vboxnet)/, 'virtual machine network'],
  [/^(tun|tap|utun|ipsec|gif|stf|sit|gre|ip6tnl|tunl)\d*/, TUNNEL],
  [/^(wg|tailscale|zt|nebula|nordlynx|ppp|cscotun|gpd)/, TUNNEL],
  [/^(cni|flannel|cali|cilium|lxc|weave|kube-|nodelocaldns|antrea|ovs-|ovn)/, 'container network'],
  [/^(vxlan|geneve)/, 'overlay network'],
  [/^(awdl|llw|anpi|ap\d)/, 'Apple peer-to-peer link'],
  [/^(rmnet|wwan|wwp)/, 'mobile network'],
];
const WINDOWS_RULES: readonly NameRule[] = [
  [/^vEthernet/i, 'Hyper-V, WSL or docker switch'],
  [/vmware|vmnet|virtualbox/i, 'virtual machine network'],
  [/tailscale|zerotier|wireguard|openvpn|tap-windows|wintun|nordlynx|\bvpn\b/i, TUNNEL],
  [/^local area connection\*|wi-fi direct/i, 'Wi-Fi Direct'],
  [/bluetooth/i, 'Bluetooth network'],
  [/cellular|mobile broadband/i, 'mobile network'],
];

/**
 * The interfaces to speak mDNS on: every one that has an address, minus what is virtual or leads away from the link: nothing is
 * announced on docker, veth, tun, bridge or VPN interfaces unless they are named. Loopback only where it is named or nothing else
 * is left.
 */
export function selectInterfaces(all: OsInterfaces, choice: InterfaceChoice): InterfaceSelection {
  const named = new Set((choice.named ?? []).map((name) => comparableName(name, choice.platform)));
  const used: NetworkInterface[] = [];
  const skipped: SkippedInterface[] = [];
  const loopbacks: NetworkInterface[] = [];
  for (const found of mergeByName(all, choice.platform)) {
    if (named.size > 0) {
      if (named.has(comparableName(found.name, choice.platform))) used.push(found);
      continue;
    }
    if (found.loopback) {
      loopbacks.push(found);
      continue;
    }
    const reason = findReasonAgainst(found.name, choice);
    if (reason === undefined || (choice.withBridges === true && BRIDGES.includes(reason))) used.push(found);
    else skipped.push({ name: found.name, reason });
  }
  return { used: used.length === 0 && named.size === 0 ? loopbacks : used, skipped };
}

/** `eth0@if5` (as `ip link` prints a veth end) and `eth0:1` (an alias) are `eth0`. */
export function normalizeInterfaceName(name: string): string {
  return name.replace(/@.*$/, '').replace(/:\d+$/, '');
}

function comparableName(name: string, platform: string): string {
  return platform === 'win32' ? name.toLowerCase() : normalizeInterfaceName(name);
}

function findReasonAgainst(name: string, choice: InterfaceChoice): string | undefined {
  const rules = choice.platform === 'win32' ? WINDOWS_RULES : UNIX_RULES;
  return rules.find(([pattern]) => pattern.test(name))?.[1] ?? choice.describeKind?.(name);
}

function mergeByName(all: OsInterfaces, platform: string): readonly NetworkInterface[] {
  const byName = new Map<string, { loopback: boolean; addresses: InterfaceAddress[] }>();
  for (const [osName, osAddresses] of Object.entries(all)) {
    const name = normalizeInterfaceName(osName);
    for (const osAddress of osAddresses ?? []) {
      const merged = byName.get(name) ?? { loopback: osAddress.internal, addresses: [] };
      merged.addresses.push({
        address: osAddress.address.replace(/%.*$/, ''),
        family: osAddress.family,
        prefixLength: readPrefixLength(osAddress),
        scopeId: osAddress.scopeid ?? 0,
      });
      byName.set(name, merged);
    }
  }
  return [...byName].map(([name, { loopback, addresses }]) => {
    const index = addresses.find(({ scopeId }) => scopeId !== 0)?.scopeId;
    const isZoneNumber = platform === 'win32' && index !== undefined;
    return { name, loopback, addresses, ...(isZoneNumber && { zone: String(index) }) };
  });
}

function readPrefixLength(osAddress: OsAddress): number {
  const fromCidr = /\/(\d+)$/.exec(osAddress.cidr ?? '')?.[1];
  if (fromCidr !== undefined) return Number(fromCidr);
  const groups =
    osAddress.family === 'IPv4'
      ? osAddress.netmask.split('.').map(Number)
      : osAddress.netmask.split(':').map((group) => Number.parseInt(group || '0', 16));
  return groups.reduce((bits, group) => bits + countBits(group), 0);
}

function countBits(value: number): number {
  let bits = 0;
  for (let rest = value; rest > 0; rest = Math.floor(rest / 2)) bits += rest % 2;
  return bits;
}
