import { platform as osPlatform } from 'node:os';
import { GroupReceivers } from './group-receivers.ts';
import { HostReader } from './host-reader.ts';
import { readStandings } from './inet6-table.ts';
import { describeLinuxBridge, LinuxInterfaceKinds } from './interface-kind.ts';
import {
  comparableName,
  type InterfaceSelection,
  listInterfaces,
  type OsInterfaces,
  type SkippedInterface,
  selectInterfaces,
} from './interfaces.ts';
import { readKernelFile } from './kernel-file.ts';
import { openLink } from './link.ts';
import { readLinuxNumber } from './linux-interface.ts';
import { toError } from './mdns-error.ts';
import type { Network, NetworkInterface } from './network.ts';
import { isWantOfDescriptor } from './no-descriptor.ts';
import { lookAtSystemInterfaces, SystemLook } from './system-interfaces.ts';

export interface SystemNetworkOptions {
  /** Use exactly these; default: chosen by {@link selectInterfaces}. */
  readonly interfaceNames?: readonly string[];
  /** As `process.platform` has it; default the one that this runs on. */
  readonly platform?: string;
  /** Bridges of containers too; default false. */
  readonly withBridges?: boolean;
}

export interface SystemNetwork extends Network {
  /** As `interfaces`, or as they were so long ago at most: to look at many takes milliseconds. */
  interfacesWithin(ms: number): readonly NetworkInterface[];
  /** Interfaces that are up and left alone, with the reason; naming one uses it. */
  skipped(): readonly SkippedInterface[];
  /** Every interface that is up and has an address, with why it would be left alone if none were named; undefined: it would not. */
  all(): readonly (NetworkInterface & { readonly reason: string | undefined })[];
  /** Interfaces that were named and are not up, or have no address yet. */
  awaited(): readonly string[];
  /** Whether the system tells this program of no interface at all, as Android does. */
  isHidden(): boolean;
  /** Every address of this host, without zone, whether its interface is used or not. */
  ownAddresses(): ReadonlySet<string>;
}

/** The operating system's network. While no file descriptor is left to look at it, it says what it said before. */
export function systemNetwork(options: SystemNetworkOptions = {}): SystemNetwork {
  const platform = options.platform ?? osPlatform();
  const isLinux = platform === 'linux';
  const systemLook = new SystemLook();
  const reader = new HostReader(systemLook);
  const receivers = new GroupReceivers(reader);
  let blindness: Error | undefined;
  const kinds = new LinuxInterfaceKinds();
  const readNumber = (name: string): number | undefined => readLinuxNumber(name, 'ifindex');
  const look = (): OsInterfaces => systemLook.now() ?? {};
  const select = (
    named: readonly string[] = options.interfaceNames ?? [],
    readIndex = readNumber,
  ): InterfaceSelection =>
    selectInterfaces(look(), {
      platform,
      named,
      withBridges: options.withBridges ?? false,
      ...(isLinux && {
        describeKind: (name: string) => kinds.describe(name, readIndex(name)),
        describeBridge: (name: string) => describeLinuxBridge(name),
      }),
    });
  /** The answer of before where there is no descriptor; at first `none`. */
  const orBefore = <T>(read: () => T, none: T, note: (error?: Error) => void = () => {}): (() => T) => {
    let last = none;
    return () => {
      try {
        last = read();
        note();
      } catch (error) {
        if (!isWantOfDescriptor(error)) throw error;
        note(toError(error));
      }
      return last;
    };
  };
  const readInterfaces = (): readonly NetworkInterface[] => {
    const indices = new Map<string, number | undefined>();
    const readIndex = (name: string): number | undefined => {
      if (!indices.has(name)) indices.set(name, readNumber(name));
      return indices.get(name);
    };
    const { used } = select(options.interfaceNames, readIndex);
    receivers.setUsed(used);
    if (!isLinux) return used;
    const mark = readStandings(readKernelFile('/proc/net/if_inet6'));
    return used.map((on) => ({
      ...on,
      addresses: on.addresses.map((own) => mark(on.name, own)),
      index: readIndex(on.name),
      mtu: readLinuxNumber(on.name, 'mtu'),
    }));
  };
  const interfaces = orBefore(readInterfaces, [], (error) => {
    blindness = error;
  });
  let last: { readonly found: readonly NetworkInterface[]; readonly at: number } | undefined;
  const lookAtInterfaces = (): readonly NetworkInterface[] => {
    last = { found: interfaces(), at: performance.now() };
    return last.found;
  };
  return {
    interfaces: lookAtInterfaces,
    interfacesWithin: (ms) =>
      last !== undefined && performance.now() - last.at <= ms ? last.found : lookAtInterfaces(),
    blindness: () => blindness,
    skipped: orBefore<readonly SkippedInterface[]>(() => select().skipped, []),
    all: orBefore(() => {
      const reasons = new Map(select([]).skipped.map(({ name, reason }) => [name, reason]));
      return listInterfaces(look(), platform).map((one) => ({ ...one, reason: reasons.get(one.name) }));
    }, []),
    isHidden: orBefore(() => lookAtSystemInterfaces() === undefined, false),
    awaited: orBefore<readonly string[]>(() => {
      const used = new Set(select().used.map(({ name }) => comparableName(name, platform)));
      return (options.interfaceNames ?? []).filter((name) => !used.has(comparableName(name, platform)));
    }, []),
    ownAddresses: orBefore<ReadonlySet<string>>(
      () => new Set(listInterfaces(look(), platform).flatMap((on) => on.addresses.map(({ address }) => address))),
      new Set(),
    ),
    openLink: (on, family, events) => openLink(on, family, events, { platform, reader, receivers }),
  };
}
