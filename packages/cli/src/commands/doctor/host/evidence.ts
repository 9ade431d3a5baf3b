/** What was found out about another machine; `undefined` is "can't be known here". What came from there is not escaped yet. */
export interface HostEvidence {
  readonly platform: NodeJS.Platform;
  /** As it was typed. */
  readonly host: string;
  /** The literal address that was tried, link-local IPv6 with its zone; undefined: the name stands for none. */
  readonly address: string | undefined;
  readonly isOwnAddress: boolean;
  readonly path: Path;
  /** Whether the link layer knows it (ARP, neighbour discovery), after it was asked. */
  readonly neighbour: HostAnswer;
  /** The machine that the default route leads to. */
  readonly gateway: HostAnswer | 'none';
  /** Machines on its link beside it and the gateway that were heard or answer. */
  readonly othersOnLink: number;
  readonly tcp: readonly TcpTry[];
  /** A question by unicast to its UDP port 5353. */
  readonly udp: UdpTry;
  /** A question by multicast, which is answered by unicast. */
  readonly toHost: MulticastTry;
  /** What it says by multicast. */
  readonly fromHost: 'heard' | 'silent' | 'untried';
  /** Whether this machine hears on that link what it sends there itself. */
  readonly hearsItself: boolean | undefined;
  /** Multicast packets that the kernel took and no program got, while the other machine was asked. */
  readonly withheld: number | undefined;
  /** Whether a program of the system's own reaches it (macOS: those need no permission). */
  readonly doesSystemReach: boolean | undefined;
  readonly isWireless: boolean;
  /** Windows: what it takes the network of that interface for. */
  readonly profile: 'public' | 'private' | 'domain' | undefined;
  readonly container: { readonly runtime: string; readonly hasOwnNetwork: boolean } | undefined;
  readonly isBehindWindows: boolean;
  /** What it announces, as far as it was heard; 8 at most. */
  readonly announced: readonly HostService[];
  /** Ours; undefined in open mode. */
  readonly meshIds: readonly string[] | undefined;
  readonly version: string;
  /** What its ambassador says over TCP; undefined: none listens there, or it does not let us in. */
  readonly peer: PeerReport | undefined;
  /** Why the one that listens there does not let us in. */
  readonly peerRefusal: string | undefined;
  /** It sees us at an address that is none of ours. */
  readonly isTranslated: boolean;
}

export type HostAnswer = 'answers' | 'silent' | 'unknown';

/** How the kernel would send there. */
export type Path =
  | { readonly kind: 'none'; readonly code: string }
  | {
      readonly kind: 'via';
      readonly interfaceName: string;
      readonly isTunnel: boolean;
      /** The interfaces in whose network the address lies; none: a router is between. */
      readonly homes: readonly string[];
    };

export interface TcpTry {
  readonly port: number;
  /** `peers`: where an ambassador listens for others; `service`: what is announced there; `known`: what most machines have. */
  readonly use: 'peers' | 'service' | 'known';
  readonly outcome: Attempt<'connected' | 'refused' | 'silent'>;
}

type Attempt<Kind> = { readonly kind: Kind } | { readonly kind: 'failed'; readonly code: string };
export type UdpTry = Attempt<'answered' | 'refused' | 'silent'>;
export type MulticastTry = Attempt<'answered' | 'silent' | 'untried'>;

/** One service of the other machine's, as its records say. */
export interface HostService {
  readonly service: string;
  readonly instance: string;
  readonly port: number;
  /** The mesh that its TXT record names. */
  readonly meshId: string | undefined;
}

/** What the other machine's ambassador says of itself and of us. */
export interface PeerReport {
  readonly version: string;
  /** Its clock is ahead of ours by so much; behind where it is negative. */
  readonly clockAheadMs: number;
  /** Empty in open mode. */
  readonly meshIds: readonly string[];
  /** The address that it sees us at. */
  readonly seenAs: string;
  /** Why it did not show some of it, such as that it was asked too often. */
  readonly refusal: string | undefined;
  /** Whether we heard what it announced by multicast; undefined: it did not announce. */
  readonly isHeard: boolean | undefined;
  /** Whether it heard what we announced by multicast; undefined: it did not say. */
  readonly heardMulticast: boolean | undefined;
  /** Why it could not send its multicast, such as `EPERM`. */
  readonly sendFailure: string | undefined;
  /** Whether a connection that it made to us arrived; undefined: it made none. */
  readonly isReached: boolean | undefined;
}
