import type { CheckOptions } from '@mdns-ambassador/checks';
import type { AddressFamily, Txt } from '@mdns-ambassador/mdns';
import type { AnnouncerError } from './announcer-error.ts';
import type { DemandEvent } from './on-demand/demand.ts';
import type { OnDemandCommand } from './on-demand/on-demand-service.ts';

/** One service to announce; what the command line's SERVICE and its flags say. */
export interface AnnouncementOptions {
  /** `redis`; what it is called here. */
  readonly service: string;
  /** Instance name, `redis on h1`. */
  readonly instance: string;
  /** `_redis._tcp` */
  readonly type: string;
  /** The name that others ask for, where it is not the type's own: TXT `svc`. */
  readonly svc?: string;
  /** One more name of this machine while the service is announced, one label: `web` for `web.local`. In a mesh there is none. */
  readonly alias?: string;
  readonly subtypes: readonly string[];
  /** Where the service listens. Absent host: this machine (loopback or any of its own addresses). */
  readonly host?: string;
  readonly port: number;
  /** The family in which others reach it: no address of the other is told of. Absent: both. With an ingress that is the rule. */
  readonly family?: AddressFamily;
  /** Where the check looks instead, reached from this machine alone: a container's own address behind its published port. */
  readonly checkAt?: { readonly address: string; readonly port: number };
  readonly priority: number;
  readonly weight: number;
  /** Seconds. */
  readonly ttl?: number;
  /** The user's own keys; `txtvers` and `id` are put before them (CONTRACT 4). */
  readonly txt: Txt;
  readonly check: CheckOptions;
  /** Nobody asked for this check: a service that speaks another protocol is up where it accepts connections. */
  readonly isCheckGuessed?: boolean;
  readonly checkIntervalMs: number;
  /** Passes in a row until announced; failures in a row until withdrawn. */
  readonly rise: number;
  readonly fall: number;
  /** Accept on the LAN and forward to the service. With a mesh that is the rule, whatever stands here. */
  readonly relay: boolean;
  /**
   * Ranges (`10.0.0.0/8`, or an address) of fronts: where it relays, each connection from there begins with a header of the PROXY
   * protocol, before any handshake. Absent: none.
   */
  readonly acceptProxy?: readonly string[];
  /** Where it relays, begin each connection to the service with such a header, in version 2, which says who the client is. */
  readonly sendProxy?: boolean;
  /** It runs while somebody is connected, and is announced either way; it relays then. Absent: whoever runs it does so by himself. */
  readonly onDemand?: OnDemandOptions;
}

/** A command that is started for the first client. */
export interface OnDemandOptions extends OnDemandCommand {
  /** What passes when it serves. */
  readonly check: CheckOptions;
}

/** Where a browser opens a page: by a name in `.local`, and by an address for who knows no such names. */
export interface WebUrls {
  readonly byName: string;
  readonly byAddress?: string;
}

/** Past-tense facts for the log and the terminal. */
export type AnnouncerEvent =
  | { readonly kind: 'waiting'; readonly service: string; readonly reason: string }
  | { readonly kind: 'check-passed'; readonly service: string }
  | { readonly kind: 'check-failed'; readonly service: string; readonly reason: string }
  /** The service accepts connections and says that it does not let in who comes from there; `relays`: to whom this one forwards. */
  | { readonly kind: 'doubtful'; readonly service: string; readonly reason: string; readonly relays: boolean }
  | { readonly kind: 'relaying'; readonly service: string; readonly from: readonly string[]; readonly to: string }
  | {
      readonly kind: 'announced';
      readonly service: string;
      readonly instance: string;
      readonly type: string;
      readonly host: string;
      readonly port: number;
      readonly interfaces: readonly string[];
      /** The only one in which it is; absent: both. */
      readonly family?: AddressFamily;
      /** So many hear of it by peer links alone: no interface lets anything be sent. */
      readonly peers?: number;
    }
  | { readonly kind: 'renamed'; readonly service: string; readonly from: string; readonly to: string }
  | { readonly kind: 'withdrawn'; readonly service: string; readonly instance: string; readonly reason: string }
  /** `alias` (`web.local`) answers. With `urls` where a browser opens the service. */
  | {
      readonly kind: 'alias-announced';
      readonly service: string;
      readonly alias: string;
      readonly port: number;
      readonly urls?: WebUrls;
    }
  | { readonly kind: 'alias-renamed'; readonly service: string; readonly from: string; readonly to: string }
  /** Others have it, and each that was tried instead. With `urls` where a browser opens the service: by the host's own name, and by an address. */
  | { readonly kind: 'alias-lost'; readonly service: string; readonly alias: string; readonly urls?: WebUrls }
  /** In a mesh nobody but members reaches the service: a name for others would lead nowhere. */
  | { readonly kind: 'alias-withheld'; readonly service: string; readonly alias: string }
  /** Connections were turned away: `limit` are open, and there is no place for more. Not told for every one of a crowd. */
  | { readonly kind: 'connections-full'; readonly service: string; readonly limit: number }
  /** More clients come than can be served in time: so many were turned away at once since this was told last. Not told for every one of a crowd. */
  | { readonly kind: 'overload'; readonly service: string; readonly clients: number }
  | { readonly kind: 'draining'; readonly service: string; readonly connections: number }
  /** What became of the command of a service on demand. */
  | ({ readonly kind: 'on-demand'; readonly service: string } & DemandEvent)
  /** Somebody connected who is no member that may reach the service; `reason` for people. */
  | { readonly kind: 'stranger'; readonly service: string; readonly address: string; readonly reason: string }
  /** It can't be announced as it was asked for (a LoopbackOnlyError, mostly) and never will be. Its siblings go on. */
  | { readonly kind: 'refused'; readonly service: string; readonly error: AnnouncerError };
