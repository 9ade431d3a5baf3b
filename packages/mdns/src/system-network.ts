import { platform as osPlatform } from 'node:os';
import { HostReader } from './host-reader.ts';
import {
  describeLinuxBridge,
  describeLinuxInterfaceKind,
  readLinuxInterfaceIndex,
  readLinuxMtu,
} from './interface-kind.ts';
import {
  comparableName,
  type InterfaceSelection,
  listInterfaces,
  type SkippedInterface,
  selectInterfaces,
} from './interfaces.ts';
import { openLink } from './link.ts';
import type { Network, NetworkInterface } from './network.ts';
import { readSystemInterfaces } from './system-interfaces.ts';

export interface SystemNetworkOptions {
  /** Use exactly these; default: chosen by {@link selectInterfaces}. */
  readonly interfaceNames?: readonly string[];
  /** As `process.platform` has it; default the one that this runs on. */
  readonly platform?: string;
  /** Bridges of containers too; default false. */
  readonly withBridges?: boolean;
}

export interface SystemNetwork extends Network {
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

/** The operating system's network. */
export function systemNetwork(options: SystemNetworkOptions = {}): SystemNetwork {
  const platform = options.platform ?? osPlatform();
  const reader = new HostReader();
  const select = (named: readonly string[] = options.interfaceNames ?? []): InterfaceSelection =>
    selectInterfaces(readSystemInterfaces() ?? {}, {
      platform,
      named,
      withBridges: options.withBridges ?? false,
      ...(platform === 'linux' && {
        describeKind: (name: string) => describeLinuxInterfaceKind(name),
        describeBridge: (name: string) => describeLinuxBridge(name),
      }),
    });
  return {
    interfaces: () =>
      select().used.map((on) => ({
        ...on,
        index: platform === 'linux' ? readLinuxInterfaceIndex(on.name) : undefined,
        mtu: platform === 'linux' ? readLinuxMtu(on.name) : undefined,
      })),
    skipped: () => select().skipped,
    all: () => {
      const reasons = new Map(select([]).skipped.map(({ name, reason }) => [name, reason]));
      return listInterfaces(readSystemInterfaces() ?? {}, platform).map((one) => ({
        ...one,
        reason: reasons.get(one.name),
      }));
    },
    isHidden: () => readSystemInterfaces() === undefined,
    awaited: () => {
      const used = new Set(select().used.map(({ name }) => comparableName(name, platform)));
      return (options.interfaceNames ?? []).filter((name) => !used.has(comparableName(name, platform)));
    },
    ownAddresses: () =>
      new Set(
        listInterfaces(readSystemInterfaces() ?? {}, platform).flatMap((on) =>
          on.addresses.map(({ address }) => address),
        ),
      ),
    openLink: (on, family, events) => openLink(on, family, events, platform, reader),
  };
}
