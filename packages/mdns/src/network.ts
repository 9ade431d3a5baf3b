export type AddressFamily = 'IPv4' | 'IPv6';

/** Why others are rather told of another address: it is somebody else's too, it is on its way out, or it is to be known to nobody (RFC 4862 5.4.5, 5.5.4, RFC 8981). */
export type AddressStanding = 'duplicate' | 'deprecated' | 'temporary';

/** The addresses of one interface of this host that is up. */
export interface NetworkInterface {
  /** As the OS names it: `eth0`, `en0`, `Wi-Fi`. */
  readonly name: string;
  readonly addresses: readonly InterfaceAddress[];
  /** The loopback interface: reaches this machine only. */
  readonly loopback: boolean;
  /** The OS's number for it; another one under the same name is another interface. Undefined where the OS does not tell. */
  readonly index?: number | undefined;
  /** Bytes of an IP packet that the link carries whole; undefined where the OS does not tell. */
  readonly mtu?: number | undefined;
  /** What stands behind `%` in its link-local addresses; undefined: its name. Windows wants a number. */
  readonly zone?: string | undefined;
}

export interface InterfaceAddress {
  /** Literal, without zone. */
  readonly address: string;
  readonly family: AddressFamily;
  /** Bits of the on-link prefix, e.g. 24. */
  readonly prefixLength: number;
  /** IPv6 zone index; 0 elsewhere. */
  readonly scopeId: number;
  /** Undefined: nothing speaks against it, or the OS does not tell. */
  readonly standing?: AddressStanding | undefined;
}

export interface LinkSource {
  /** Literal address; link-local IPv6 with its zone. */
  readonly address: string;
  readonly port: number;
}

/** How something came to this host alone. */
export type ReplyPath =
  /** To the mDNS port: whoever sent it may have forged his source. */
  | { readonly to: 'port' }
  /** The same at a link-local address, which nobody beyond the link reaches. */
  | { readonly to: 'link-local' }
  /** To a port from which its source alone was asked. `isOnlyWay`: this host has no other interface by which it could have come. */
  | { readonly to: 'question'; readonly isOnlyWay: boolean };

export interface LinkEvents {
  /** A datagram that came from this link; never called after `close` has resolved. */
  packet(bytes: Uint8Array, source: LinkSource): void;
  /** A datagram that came to this host alone, after `awaitReplies` or `ask`, from a source on the link; as `packet`. */
  reply(bytes: Uint8Array, source: LinkSource, path: ReplyPath): void;
  /** The OS took a packet, or refused to (`error`). Not called for what was sent before `close`. */
  sent(error?: Error): void;
  /** The link can't be used any more (the interface went away, the port was refused). Called once at most; close it. */
  failed(error: Error): void;
}

/** What a link dropped, since it was opened. */
export interface LinkCounters {
  /** Datagrams that are not from this link (RFC 6762 11). */
  readonly offLink: number;
  /** Packets that the OS refused to send. */
  readonly sendErrors: number;
}

/** One interface in one address family, joined to the mDNS group on port 5353. */
export interface Link {
  readonly interfaceName: string;
  readonly family: AddressFamily;
  readonly counters: LinkCounters;
  /** Sends one packet to the group, or to one address. Never throws; a packet that can't be sent is counted and lost. */
  send(bytes: Uint8Array, to?: LinkSource): void;
  /**
   * For a moment hears what is sent to this host alone, too, where no other program on it would lose that. Where sockets can't be bound to the
   * group it is heard as any packet.
   */
  awaitReplies(): void;
  /** Asks one host alone, from a port of its own, and hears what comes back there for a moment. Never throws. */
  ask(bytes: Uint8Array, of: LinkSource): void;
  /**
   * The interfaces of this host may be others than before; called at each reading of them. Resolves when it hears: what was queued before it
   * knew of the others is dropped. Never rejects.
   */
  renew(): Promise<void>;
  /** Whether it should be opened anew: the kernel keeps for it what can't be given back. */
  readonly isWorn: boolean;
  /** Resolves when what was sent has left and the socket is gone. Idempotent. */
  close(): Promise<void>;
}

/** What the node needs of the operating system. */
export interface Network {
  /** The interfaces to use now, loopback only where nothing else is there or it was asked for. Read again on every poll. */
  interfaces(): readonly NetworkInterface[];
  /** Why `interfaces` can't look just now and says what it said before; undefined while it does. */
  blindness?(): Error | undefined;
  /** Rejects with an {@link MdnsError} when the port or the group is refused. */
  openLink(on: NetworkInterface, family: 'IPv4' | 'IPv6', events: LinkEvents): Promise<Link>;
}
