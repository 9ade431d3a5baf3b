import type { InterfaceAddress, NetworkInterface } from './network.ts';
import { withoutZone } from './wire/address.ts';

/** What `os.networkInterfaces()` says of one address; only what is read here. */
export interface OsAddress {
  readonly address: string;
  readonly family: 'IPv4' | 'IPv6';
  readonly netmask: string;
  readonly cidr: string | null;
  readonly internal: boolean;
  /** Absent, or nothing but zeros: the adapter has none. */
  readonly mac?: string | undefined;
  readonly scopeid?: number | undefined;
}

/** The shape of `os.networkInterfaces()`: what is up, by name. */
export type OsInterfaces = Readonly<Record<string, readonly OsAddress[] | undefined>>;

/** What tells the bridge that is a machine's LAN (routers, NAS, hosts of virtual machines) from one between containers. */
export interface BridgeFacts {
  /** The interfaces that it joins, by name. */
  readonly ports: readonly string[];
  readonly holdsDefaultRoute: boolean;
}

export interface InterfaceChoice {
  /** `process.platform` of the machine that the names come from. */
  readonly platform: string;
  /** Take exactly these, whatever they are; empty or absent: choose by the rules. */
  readonly named?: readonly string[];
  /** What the OS knows of an interface beyond its name, in words for the user; undefined: nothing against it. */
  readonly describeKind?: (name: string) => string | undefined;
  /** What the OS knows of a bridge; absent: nothing, and none is used unless it is named. */
  readonly describeBridge?: (name: string) => BridgeFacts;
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
const BRIDGE = 'bridge';
const VIRTUAL_MACHINES = 'virtual machine network';
const MOBILE = 'mobile network';
const CONTAINER_BRIDGE = 'bridge of containers';
const BRIDGES: readonly (string | undefined)[] = ['docker bridge', BRIDGE, CONTAINER_BRIDGE, 'podman bridge'];
/** What the kernel calls an interface whose packets a bridge takes: its own addresses, if it has any, are not reached. */
export const BRIDGE_PORT = 'port of a bridge';
const UNIX_RULES: readonly NameRule[] = [
  [/^docker/, 'docker bridge'],
  [/^br-[0-9a-f]{12}$/, 'docker bridge'],
  [/^(lxcbr|lxdbr|incusbr|cbr\d)/, CONTAINER_BRIDGE],
  [/^(br-|br\d|bridge|vmbr)/, BRIDGE],
  [/^podman/, 'podman bridge'],
  [/^veth/, 'container end of a veth pair'],
  [/^(virbr|vnet\d|vmnet|vmenet|vboxnet)/, VIRTUAL_MACHINES],
  [/^(tun|tap|utun|ipsec|gif|stf|sit|gre|ip6tnl|tunl)\d*/, TUNNEL],
  [/^(wg|tailscale|zt|nebula|nordlynx|ppp|cscotun|gpd)/, TUNNEL],
  [/^(cni|flannel|cali|cilium|lxc|weave|kube-|nodelocaldns|antrea|ovs-|ovn)/, 'container network'],
  [/^(vxlan|geneve)/, 'overlay network'],
  [/^(rmnet|wwan|wwp)/, MOBILE],
];
const DARWIN_RULES: readonly NameRule[] = [
  [/^(awdl|llw|anpi|nan|rvi|ap\d)/, 'Apple peer-to-peer link'],
  [/^feth/, TUNNEL],
  [/^vnic/, VIRTUAL_MACHINES],
];
const ANDROID_RULES: readonly NameRule[] = [
  [/^(ccmni|v4-rmnet)/, MOBILE],
  [/^p2p/, 'Wi-Fi Direct'],
  [/^dummy/, 'stand-in without a network'],
];
const FREEBSD_RULES: readonly NameRule[] = [
  [/^epair/, 'container end of an epair'],
  [/^vm-/, VIRTUAL_MACHINES],
];
const WINDOWS_RULES: readonly NameRule[] = [
  [/^vEthernet/i, 'Hyper-V, WSL or docker switch'],
  [/vmware|vmnet|virtualbox/i, VIRTUAL_MACHINES],
  [
    /tailscale|zerotier|wireguard|openvpn|tap-windows|wintun|nordlynx|vpn|mullvad|cloudflarewarp|pangp|anyconnect/i,
    TUNNEL,
  ],
  // "Local Area Connection* 2" in any language.
  [/\* \d+$|^local area connection\*|wi-fi direct/i, 'Wi-Fi Direct'],
  [/bluetooth/i, 'Bluetooth network'],
  [/cellular|mobile broadband/i, MOBILE],
];

/** What adapters are by their MAC where names are the user's or the maker's: on Windows and macOS. Never what a guest's own adapter has. */
const MAC_RULES: readonly NameRule[] = [
  // Wintun, WireGuard, PPP, utun: no link layer.
  [/^(00:){5}00$/, TUNNEL],
  // TAP-Windows; Cisco AnyConnect; GlobalProtect; Juniper; FortiClient.
  [/^(00:ff:|00:05:9a:3c:7a:|02:50:41:|02:05:85:7f:eb:|00:09:0f:)/, TUNNEL],
  // The host's adapters of VirtualBox, VMware (VMnet1, VMnet8) and Parallels.
  [/^(0a:00:27:|00:50:56:c0:00:|00:1c:42:00:00:)/, VIRTUAL_MACHINES],
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
  for (const found of listInterfaces(all, choice.platform)) {
    if (named.size > 0) {
      if (named.has(comparableName(found.name, choice.platform))) used.push(found);
      continue;
    }
    if (found.loopback) {
      loopbacks.push(found);
      continue;
    }
    const reason = findReasonAgainst(found, choice, all);
    if (reason === undefined || (choice.withBridges === true && BRIDGES.includes(reason))) used.push(found);
    else skipped.push({ name: found.name, reason });
  }
  return { used: used.length === 0 && named.size === 0 ? loopbacks : used, skipped };
}

/** `eth0@if5` (as `ip link` prints a veth end) and `eth0:1` (an alias) are `eth0`. */
export function normalizeInterfaceName(name: string): string {
  return name.replace(/@.*$/, '').replace(/:\d+$/, '');
}

/** Two spellings of one interface give the same. */
export function comparableName(name: string, platform: string): string {
  return platform === 'win32' ? name.toLowerCase() : normalizeInterfaceName(name);
}

function findReasonAgainst({ name }: NetworkInterface, choice: InterfaceChoice, all: OsInterfaces): string | undefined {
  const reason = describeName(name, choice) ?? describeAdapter(all[name] ?? [], choice.platform);
  return reason === BRIDGE && isLanBridge(name, choice) ? undefined : reason;
}

function describeName(name: string, choice: InterfaceChoice): string | undefined {
  return listNameRules(choice.platform).find(([pattern]) => pattern.test(name))?.[1] ?? choice.describeKind?.(name);
}

/** The way out of the machine leads there, or it joins something that is no end of a container or virtual machine. */
function isLanBridge(name: string, choice: InterfaceChoice): boolean {
  const facts = choice.describeBridge?.(name);
  if (facts === undefined) return false;
  return facts.holdsDefaultRoute || facts.ports.some((port) => describeName(port, choice) === BRIDGE_PORT);
}

function listNameRules(platform: string): readonly NameRule[] {
  switch (platform) {
    case 'win32':
      return WINDOWS_RULES;
    case 'darwin':
      return [...UNIX_RULES, ...DARWIN_RULES];
    case 'android':
      return [...UNIX_RULES, ...ANDROID_RULES];
    case 'freebsd':
      return [...UNIX_RULES, ...FREEBSD_RULES];
    default:
      return UNIX_RULES;
  }
}

/** On Linux the kernel tells more, and a /32 or a MAC of zeros stands on ordinary links, too. */
function describeAdapter(addresses: readonly OsAddress[], platform: string): string | undefined {
  if (platform !== 'win32' && platform !== 'darwin') return undefined;
  const [{ mac } = {}] = addresses;
  const byMac = mac === undefined ? undefined : MAC_RULES.find(([pattern]) => pattern.test(mac.toLowerCase()))?.[1];
  const isPointToPoint = addresses.some((one) => one.family === 'IPv4' && readPrefixLength(one) === 32);
  return byMac ?? (isPointToPoint ? TUNNEL : undefined);
}

/** Every interface that is up and has an address, used or not. */
export function listInterfaces(all: OsInterfaces, platform: string): readonly NetworkInterface[] {
  const byName = new Map<string, { loopback: boolean; addresses: InterfaceAddress[] }>();
  for (const [osName, osAddresses] of Object.entries(all)) {
    const name = normalizeInterfaceName(osName);
    for (const osAddress of osAddresses ?? []) {
      const merged = byName.get(name) ?? { loopback: osAddress.internal, addresses: [] };
      merged.addresses.push({
        address: withoutZone(osAddress.address),
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
