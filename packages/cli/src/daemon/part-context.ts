import type { AmbassadorOptions } from '@mdns-ambassador/ambassador';
import type { CheckTools } from '@mdns-ambassador/checks';
import type { KnownProxy } from '@mdns-ambassador/dns';
import type { Mesh } from '@mdns-ambassador/mesh';
import type { KeptListeners, KeptSockets, Room } from '@mdns-ambassador/relay';
import type { LocalNetwork } from '../network/local-network.ts';
import type { Registries } from '../network/registries.ts';
import type { HintAt } from '../output/local-network-hint.ts';
import type { Log } from '../output/log.ts';
import type { Reporter } from '../output/reporter.ts';
import type { Surroundings } from '../process/surroundings.ts';
import type { Injections } from './injections.ts';
import type { Refusals } from './refusals.ts';

/** What the parts of one process share. */
export interface PartContext {
  readonly local: LocalNetwork;
  readonly log: Log;
  readonly reporter: Reporter;
  readonly registries: Registries;
  readonly surroundings: Surroundings;
  /** Shows a URL to people's phones; no-op where nobody looks. */
  readonly showUrl: (url: string) => void;
  readonly room: Room;
  /** Undefined in open mode. */
  readonly mesh: Mesh | undefined;
  readonly injections: Injections;
  readonly listeners: KeptListeners;
  /** Those that workers listen on. */
  readonly sockets: KeptSockets;
  /** Where the keys of the mesh stand; undefined in open mode. */
  readonly meshKeyFile: string | undefined;
  readonly checkTools: CheckTools;
  /** Stands for this machine. Read when it is asked for: a machine that announces nothing needs none. */
  readonly identity: () => string;
  readonly reportConnections: boolean;
  readonly observers: Pick<AmbassadorOptions, 'budget' | 'lag' | 'links' | 'onConnection'>;
  /** What an event of a proxy may mean besides. */
  readonly hintAt: HintAt;
  /** The services that are proxied now, as they are reached by name. */
  readonly proxies: () => readonly KnownProxy[];
  /** Undefined: what may not be announced is told, and the rest goes on. */
  readonly refusals: Refusals | undefined;
}
