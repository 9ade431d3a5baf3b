import type { Check, CheckOutcome } from '@mdns-ambassador/checks';
import type { Listener, ListenOptions, ListenPlace, Opening, Prologue, Proof, Room } from '@mdns-ambassador/relay';
import type { EndpointDialler } from './engines/endpoint-dialler.ts';
import type { Faults } from './engines/faults.ts';
import type { BalancerName } from './pool/balancer.ts';
import type { Endpoint } from './pool/endpoint.ts';
import type { MergeMode } from './pool/merge.ts';
import type { AdmitDial } from './service/dial-endpoint.ts';
import type { Wake } from './service/wake.ts';
import type { Source } from './sources/source.ts';

/** One service to proxy; what the command line's SERVICE and its flags say. */
export interface ProxyOptions {
  readonly service: string;
  readonly listen: readonly ListenPlace[];
  /** How engine node listens at a place. Absent: on a socket of its own. */
  readonly openListener?: (options: ListenOptions) => Promise<Listener>;
  /** In the order written. */
  readonly sources: readonly Source[];
  /** `fallback`: the first source that has endpoints. */
  readonly merge: MergeMode;
  readonly balance: BalancerName;
  /** `local`: within an SRV priority this machine goes first, then its subnets, then the rest. Absent: as `none`. */
  readonly prefer?: Preference;
  /** How long a client waits for an endpoint and its dial, altogether. */
  readonly connectTimeoutMs: number;
  /** What happens to the established connections of an endpoint that was lost. */
  readonly onEndpointLost: 'keep' | 'drain' | 'close';
  readonly drainTimeoutMs: number;
  readonly maxConnections: number;
  /** What the process has room for, shared by its services; absent: `maxConnections` alone decides. */
  readonly room?: Pick<Room, 'open'>;
  /** Dials endpoints, a handshake with them included; the proxy closes it. Absent: by TCP alone. */
  readonly dialler?: EndpointDialler;
  /** Absent: endpoints are judged by their dials alone. */
  readonly check?: ProxyCheck;
  /** What checks find that somebody else runs. Not beside `check`. */
  readonly heardChecks?: HeardChecks;
  /** Run in order on each dialled pair before the client's bytes pass; for engines that can. */
  readonly prologues?: readonly Prologue[];
  /** What a dial alone shows of who was reached, such as a mesh's handshake that is part of it. Absent: nothing. */
  readonly proof?: Proof;
  /**
   * Ranges (`10.0.0.0/8`, or an address) of fronts: each connection from there begins with a header of the PROXY protocol, which says who
   * the client is; for engines that can. Absent: none.
   */
  readonly acceptProxy?: readonly string[];
  /** Begin each connection with such a header, in version 2; for engines that can. */
  readonly sendProxy?: boolean;
  /** Hears each client before an endpoint is picked for it. */
  readonly opening?: Opening;
  /** What connections are to suffer, said wherever they are told of; for engines that can. Absent: nothing. */
  readonly faults?: Faults;
  /** Told of whom clients wait for; the proxy closes it. For engines that can. Absent: nobody is woken. */
  readonly wake?: Wake;
  /** What moves the bytes, as the status shows it; absent: the ambassador's own name for it. */
  readonly engine?: EngineChoice;
  /** The service of which to say on this machine that a proxy listens here, so that no announcer takes it for the service itself. */
  readonly beacon?: string;
  /** Tell of each connection when it has ended. */
  readonly reportConnections?: boolean;
}

/** Whom to turn to first among equals. */
export type Preference = 'none' | 'local';

/** What moves the bytes of a service. */
export type EngineChoice =
  | { readonly kind: 'node' }
  /** Linux' kernel, with engine node behind it. */
  | { readonly kind: 'nftables' }
  /** An haproxy of our own, or one that is `driven` by its admin socket: its `backend` is filled, and it listens where it likes. */
  | { readonly kind: 'haproxy'; readonly driven?: { readonly socket: string; readonly backend: string } };

/** Looks at endpoints before and while clients are sent to them. */
export interface ProxyCheck {
  /** A check that looks at this endpoint, by dials that `admitDial` allows; called once for each, and again when its place has changed. */
  readonly create: (endpoint: Endpoint, admitDial: AdmitDial) => Check;
  /** An endpoint that fails or freezes is known to within this time and 250 ms. */
  readonly intervalMs: number;
  /** Told of each outcome, before the proxy goes by it. */
  readonly onOutcome?: (id: string, outcome: CheckOutcome) => void;
}

/** Checks of endpoints that run elsewhere. */
interface HeardChecks {
  /** Tells of each outcome from now on, until the returned function is called. */
  follow(take: (id: string, outcome: CheckOutcome) => void): () => void;
}
