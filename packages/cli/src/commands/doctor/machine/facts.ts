import type { LinkCheck, SkippedInterface } from '@mdns-ambassador/mdns';
import type { DefaultRoute } from '../system/default-route.ts';
import type { NetworkProfile } from '../system/network-profile.ts';
import type { PortHolder } from '../system/port-holders.ts';

/** What was found out on this machine; `undefined` is "can't be known here". */
export interface Facts {
  readonly platform: NodeJS.Platform;
  /** The system tells this program of no interface at all, as Android does. */
  readonly areInterfacesHidden: boolean;
  /** Whether this is WSL2 behind a network of its own. */
  readonly isBehindWindows: boolean;
  /** Those that mDNS is spoken on. */
  readonly interfaces: readonly InterfaceFacts[];
  readonly skipped: readonly SkippedInterface[];
  readonly links: readonly LinkCheck[];
  /** IPv4 multicast packets that the kernel took and no program got. */
  readonly withheld: number | undefined;
  /** Interfaces on which a multicast packet for another port than 5353 came back. */
  readonly controlHeardOn: readonly string[];
  /** Who else listens on UDP port 5353; the names are not escaped yet. */
  readonly portHolders: readonly PortHolder[] | undefined;
  /** What Windows takes each network for. */
  readonly profiles: readonly NetworkProfile[] | undefined;
  /** What was refused of what others announce, for want of room. */
  readonly refusedRecords: { readonly count: number; readonly on: readonly string[] } | undefined;
  /** The way to everywhere else; `none`: there is no such route. */
  readonly defaultRoute: (DefaultRoute & { readonly isTunnel: boolean }) | 'none' | undefined;
  readonly container: { readonly runtime: string; readonly hasOwnNetwork: boolean } | undefined;
  readonly clock: { readonly wallClock: number; readonly isSynchronized: boolean | undefined };
}

export interface InterfaceFacts {
  readonly name: string;
  readonly loopback: boolean;
  readonly hasIPv6: boolean;
  readonly isWireless: boolean;
}
