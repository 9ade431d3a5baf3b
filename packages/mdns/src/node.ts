import type { Clock } from './clock.ts';
import type { BrowseEvent, Instance, UnresolvedInstance } from './instance.ts';
import type { Network } from './network.ts';
import type { Publication, PublicationEvent, ServiceOptions } from './publication.ts';
import type { Random } from './rules/machine.ts';
import type { Txt } from './txt.ts';
import type { Decode } from './wire/decode.ts';

export interface MdnsNodeOptions {
  /** Default {@link systemNetwork}: every interface that suits. */
  readonly network?: Network;
  /** Default {@link systemClock}. */
  readonly clock?: Clock;
  /** Default `Math.random`. */
  readonly random?: Random;
  /**
   * The label of this node's own host name, e.g. `h1-k3x9`; never the machine's bare host name, which its own responder claims. Default
   * {@link hostLabel}, another at each start.
   */
  readonly hostLabel?: string;
  readonly onEvent?: (event: NodeEvent) => void;
  /**
   * Called with the TXT data of each record that another host tells the link of, browsed or not, and with the address that it came from (link-local IPv6 with
   * its zone). Nothing is kept of what nobody browses.
   */
  readonly onTxt?: (txt: Txt, from: string) => void;
  /** With it `start` resolves although no interface is up yet, and the first that comes is used; default false: it rejects. */
  readonly mayWait?: boolean;
  /** How packets are read; default {@link decodeMessage}. A simulation of many nodes reads each packet once for all. */
  readonly decode?: Decode;
}

export type NodeEvent =
  | { readonly kind: 'interface-up'; readonly interfaceName: string; readonly addresses: readonly string[] }
  | { readonly kind: 'interface-down'; readonly interfaceName: string }
  /** A link could not be opened; tried again on the next poll. Emitted once per interface, family and code. */
  | { readonly kind: 'link-failed'; readonly interfaceName: string; readonly error: Error }
  /** What becomes of the interfaces can't be seen: those that were known are used on. Emitted again only after they were seen. */
  | { readonly kind: 'interfaces-unseen'; readonly error: Error }
  /** The OS refuses every packet there (`code`: EPERM, EHOSTUNREACH ...); `interface-up` follows when it takes them again. */
  | { readonly kind: 'send-refused'; readonly interfaceName: string; readonly code: string }
  /** More was announced there than is kept of others, so not all of it is seen. Emitted once per interface. */
  | { readonly kind: 'records-refused'; readonly interfaceName: string }
  /**
   * A record of `name` makes a packet of `bytes` (headers included) where the link carries `mtu` whole: who gets no fragments does not
   * hear of it (RFC 6762 17). Emitted once per interface; on Linux alone, where the MTU is known.
   */
  | {
      readonly kind: 'record-fragmented';
      readonly interfaceName: string;
      readonly name: string;
      readonly bytes: number;
      readonly mtu: number;
    }
  | { readonly kind: 'host-renamed'; readonly from: string; readonly to: string }
  /** Somebody else has this name too, and every other that was tried; it is kept all the same. */
  | { readonly kind: 'name-disputed'; readonly name: string };

export interface Browse {
  /** Stops asking; the listener is not called after this. Idempotent. */
  close(): void;
}

export interface BrowseOptions {
  /** `_redis._tcp` */
  readonly type: string;
  readonly subtype?: string;
}

/** What a node's links received, sent and dropped. */
export interface LinkTotals {
  readonly received: number;
  readonly sent: number;
  /** Beyond 250 packets at once or 100 a second from one address, or 1,000 on one socket. */
  readonly rateLimited: number;
  /** No mDNS message at all: no header, over 9,000 bytes, another opcode or rcode than 0. */
  readonly undecodable: number;
  /** Records and questions left out of messages that were otherwise read. */
  readonly damagedRecords: number;
  /** Responses that did not come from port 5353. */
  readonly otherPort: number;
  /** From a source that is not on the link. */
  readonly offLink: number;
  readonly sendErrors: number;
}

/** The same with what was not done for peers that sent or asked too much; all since the node was made. */
export interface NodeCounters extends LinkTotals {
  /** Records that found no room in the cache. */
  readonly recordsRefused: number;
  /** What came to this host alone and was no answer, or not known to be of its source. */
  readonly repliesRefused: number;
  /** Questions that were to be answered to one address only, and were not. */
  readonly unicastRefused: number;
  /** Queries that promised more known answers, and were not waited for. */
  readonly deferralsRefused: number;
  /** Names that were lost to others (RFC 6762 9). */
  readonly conflicts: number;
  /** Records that are remembered now. */
  readonly cachedRecords: number;
}

/** One mDNS stack: publishes and browses on every interface that its network offers. One loop, one timer. */
export interface MdnsNode {
  readonly counters: NodeCounters;
  /** Opens the links. Rejects with an {@link MdnsError} when no link at all can be opened; may be called again then. Idempotent. */
  start(): Promise<void>;
  publish(service: ServiceOptions, onEvent?: (event: PublicationEvent) => void): Publication;
  browse(options: BrowseOptions, onEvent: (event: BrowseEvent) => void): Browse;
  /** Every service type on the link (RFC 6763 9), each once. */
  browseTypes(onType: (type: string) => void): Browse;
  /** What is named of a type that is browsed, and not told of by any interface: where it is was asked for, and nobody said it yet. */
  unresolved(type: string): readonly UnresolvedInstance[];
  /** How long an instance that is browsed is known without being heard again, in milliseconds; 0 of one that is not. */
  remainingMs(instance: Pick<Instance, 'type' | 'name' | 'host' | 'source'>): number;
  /**
   * A dial to this instance failed: ask its owner again; `removed` follows within 10 s if nobody answers (RFC 6762 10.4). One
   * that was removed already is asked for once more.
   */
  verify(type: string, instanceName: string): void;
  /** Goodbyes, then closes every link. Idempotent. */
  close(): Promise<void>;
}
