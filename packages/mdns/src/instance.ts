import type { Txt } from './txt.ts';

/** One address of an instance and where it was heard. */
export interface InstanceAddress {
  /** Literal; link-local IPv6 with the zone of the interface it was heard on: `fe80::1%eth0`. */
  readonly address: string;
  readonly interfaceName: string;
  /**
   * The packet that carried it had a source address of this host. No proof on a link with others: who forges an IPv6 source is
   * believed to be us.
   */
  readonly isFromThisHost: boolean;
}

/** A resolved service instance (RFC 6763 4): the merged view of every interface that sees it. */
export interface Instance {
  /** The raw first label: `redis on h1`. */
  readonly name: string;
  /**
   * Set where another service of this name was there before it, on another link (RFC 6762 14): the interface that it was first heard
   * on. With the name it is the instance's identity.
   */
  readonly link?: string;
  /** `_redis._tcp` */
  readonly type: string;
  /** The SRV target in presentation format: `h1-k3x9.local`. */
  readonly host: string;
  readonly port: number;
  readonly priority: number;
  readonly weight: number;
  readonly txt: Txt;
  /** At least one; IPv4 first, then global IPv6, then link-local; each once for each interface. 64 at most. */
  readonly addresses: readonly InstanceAddress[];
  /** Who tells of it where that is not mDNS itself: `peer`. */
  readonly source?: string;
  /** The source address of who first sent what was heard last of where it is. No proof: an address on the link can be forged. */
  readonly announcer: string;
}

/** An instance that a PTR record names, of which nobody told where it is. */
export interface UnresolvedInstance {
  /** The raw first label. */
  readonly name: string;
  /** The SRV target in presentation format, whose address nobody told; undefined: there is no SRV record. */
  readonly host: string | undefined;
}

/**
 * `lost`: why a `removed` happened - `goodbye` the owner said so (RFC 6762 10.1), `expired` nobody refreshed it,
 * `unreachable` verification after a failed dial found nobody (10.4).
 */
export type BrowseEvent =
  | { readonly kind: 'added' | 'updated'; readonly instance: Instance }
  /** Its goodbye was heard. `removed` follows within a second, or `updated` if it is announced again (RFC 6762 10.1). */
  | { readonly kind: 'leaving'; readonly instance: Instance }
  | { readonly kind: 'removed'; readonly instance: Instance; readonly lost: 'goodbye' | 'expired' | 'unreachable' };
