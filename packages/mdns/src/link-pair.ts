import { contain } from './contain.ts';
import { toError } from './mdns-error.ts';
import { MDNS_PORT } from './mdns-port.ts';
import type { AddressFamily, Link, LinkSource, Network, NetworkInterface, ReplyPath } from './network.ts';
import type { LinkTotals } from './node.ts';
import { isOnLink } from './on-link.ts';
import { PacketLimit } from './packet-limit.ts';
import { RecentPackets } from './recent-packets.ts';
import type { Received, Transmit } from './rules/machine.ts';
import { withoutZone } from './wire/address.ts';
import type { Decode } from './wire/decode.ts';
import { encodeRdata, splitMessage } from './wire/encode.ts';
import type { Message } from './wire/message.ts';
import { formatName } from './wire/name.ts';

export interface LinkPairEvents {
  received(packet: Received): void;
  /** A message came to this host alone. */
  replied(packet: Received): void;
  /** A link can't be used any more; it is closed already. */
  failed(failure: LinkFailure): void;
  /** A response is larger than what the link carries whole. */
  fragmented(packet: FragmentedPacket): void;
  /** The OS refuses whatever is sent on any link, or takes packets again: see {@link LinkPair.refusal}. */
  refusalChanged(): void;
}

/** RFC 6762 17: a record that fits no packet of the link goes alone in one that is sent in fragments, which not every network passes on. */
export interface FragmentedPacket {
  /** Of the largest record of the response. */
  readonly name: string;
  /** With the headers of IP and UDP. */
  readonly bytes: number;
  readonly mtu: number;
}

export interface LinkPairOptions {
  readonly network: Network;
  readonly now: () => number;
  /** Whether a literal address without zone is one of this host's. */
  readonly isOwnAddress: (address: string) => boolean;
  readonly decode: Decode;
  readonly events: LinkPairEvents;
}

/** A link that was refused, or failed. */
export interface LinkFailure {
  readonly family: AddressFamily;
  readonly error: Error;
}

/** By which link something was heard. */
interface HeardOn {
  readonly on: NetworkInterface;
  readonly family: AddressFamily;
  readonly limit: PacketLimit;
  /** What was sent to the group. */
  readonly recent?: RecentPackets;
  readonly reply?: ReplyPath;
}

interface OpenLink {
  readonly link: Link;
  readonly refusals: RefusedPackets;
  /** Changes when the link has to be opened anew. */
  readonly addresses: string;
}

/** So many packets in a row, and nothing gets out; one alone may be a moment after boot, wake or a change of the link. */
const REFUSALS_IN_A_ROW = 2;
/** A query that asks nothing (RFC 6762 18): whether the OS takes it is all that matters. */
const KNOCK = new Uint8Array(12);
/** Of IP and UDP (RFC 791, RFC 8200, RFC 768). */
const HEADER_BYTES = { IPv4: 28, IPv6: 48 } as const;

export const NO_TOTALS: LinkTotals = {
  received: 0,
  sent: 0,
  rateLimited: 0,
  undecodable: 0,
  damagedRecords: 0,
  otherPort: 0,
  offLink: 0,
  sendErrors: 0,
};

/** What the OS refused of one link since it took a packet. */
interface RefusedPackets {
  count: number;
  last: Error | undefined;
}

/** The links of one interface, one in each family that it has addresses in, and the messages that pass through them. */
export class LinkPair {
  readonly #options: LinkPairOptions;
  readonly #open = new Map<AddressFamily, OpenLink>();
  #isClosed = false;
  #mtu: number | undefined;
  readonly #totals: Record<keyof LinkTotals, number> = { ...NO_TOTALS };

  constructor(options: LinkPairOptions) {
    this.#options = options;
  }

  get size(): number {
    return this.#open.size;
  }

  /** Why nothing gets out: every open link's last packets were refused. Undefined while packets are taken. */
  get refusal(): Error | undefined {
    const open = [...this.#open.values()];
    if (!open.every(({ refusals }) => refusals.count >= REFUSALS_IN_A_ROW)) return undefined;
    return open.map(({ refusals }) => refusals.last).find((error) => error !== undefined);
  }

  /** Tries whether packets are taken again. */
  knock(): void {
    for (const { link } of this.#open.values()) this.#sendOn(link, KNOCK);
  }

  get totals(): LinkTotals {
    const open = [...this.#open.values()].map(({ link }) => link.counters);
    return {
      ...this.#totals,
      offLink: open.reduce((sum, { offLink }) => sum + offLink, this.#totals.offLink),
      sendErrors: open.reduce((sum, { sendErrors }) => sum + sendErrors, this.#totals.sendErrors),
    };
  }

  /**
   * Makes the links fit the interface as it is now: opens what is missing, reopens what is worn or has other addresses than when it
   * was opened, closes what has none any more.
   */
  async fit(on: NetworkInterface): Promise<readonly LinkFailure[]> {
    const wanted = familiesOf(on);
    this.#mtu = on.mtu;
    const outdated = [...this.#open].filter(
      ([family, { link, addresses }]) =>
        !wanted.includes(family) || addresses !== describeAddresses(on, family) || link.isWorn,
    );
    await Promise.all(outdated.map(([family]) => this.#closeOne(family)));
    const missing = wanted.filter((family) => !this.#open.has(family));
    const failures = await Promise.all(missing.map((family) => this.#openOne(on, family)));
    return failures.filter((failure) => failure !== undefined);
  }

  /** The interfaces of this host may be others than before. Resolves when the links hear. */
  async renew(): Promise<void> {
    await Promise.all([...this.#open.values()].map(({ link }) => link.renew()));
  }

  /** Sends a message on every family, or where the sender is that it answers. */
  send({ message, to }: Transmit): void {
    for (const bytes of this.#encode(message)) {
      if (message.kind === 'response') this.#noteSize(message, bytes.length);
      switch (to.kind) {
        case 'multicast':
          for (const { link } of this.#open.values()) {
            this.#sendOn(link, bytes);
            if (isQuestion(message)) link.awaitReplies();
          }
          break;
        case 'alone':
          this.#totals.sent++;
          this.#open.get(to.sender.family)?.link.ask(bytes, to.sender);
          break;
        case 'unicast': {
          const opened = this.#open.get(to.sender.family);
          if (opened !== undefined) this.#sendOn(opened.link, bytes, to.sender);
          break;
        }
        default:
          to satisfies never;
      }
    }
  }

  /** Closes what is open; `fit` may follow. Resolves when what was sent has left. */
  async reset(): Promise<void> {
    await Promise.all([...this.#open.keys()].map((family) => this.#closeOne(family)));
  }

  /** As `reset`, for good: a link that is being opened is closed as well. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.reset();
  }

  #encode(message: Message): readonly Uint8Array[] {
    try {
      return splitMessage(message);
    } catch {
      // A known answer may hold what a peer could write and we can't; the rest of the traffic goes on.
      this.#totals.sendErrors++;
      return [];
    }
  }

  #noteSize({ answers }: Message, length: number): void {
    const headers = Math.max(...[...this.#open.keys()].map((family) => HEADER_BYTES[family]));
    const bytes = length + headers;
    if (this.#mtu === undefined || bytes <= this.#mtu) return;
    const sized = answers.map(({ name, data }) => ({ name, length: encodeRdata(data).length }));
    const [largest] = sized.toSorted((a, b) => b.length - a.length);
    if (largest !== undefined)
      this.#options.events.fragmented({ name: formatName(largest.name), bytes, mtu: this.#mtu });
  }

  async #openOne(on: NetworkInterface, family: AddressFamily): Promise<LinkFailure | undefined> {
    const heard = { on, family, limit: new PacketLimit(this.#options.now()), recent: new RecentPackets() };
    const replyLimit = new PacketLimit(this.#options.now());
    const refusals: RefusedPackets = { count: 0, last: undefined };
    let link: Link | undefined;
    try {
      link = await this.#options.network.openLink(on, family, {
        packet: (bytes, source) => this.#take(bytes, source, heard),
        reply: (bytes, source, reply) => this.#take(bytes, source, { on, family, limit: replyLimit, reply }),
        sent: (error) => this.#noteSent(refusals, error),
        failed: (error) => {
          if (link === undefined || this.#open.get(family)?.link !== link) return;
          void this.#closeOne(family);
          this.#options.events.failed({ family, error });
        },
      });
    } catch (error) {
      return { family, error: toError(error) };
    }
    if (this.#isClosed) await link.close();
    else this.#open.set(family, { link, refusals, addresses: describeAddresses(on, family) });
    return undefined;
  }

  async #closeOne(family: AddressFamily): Promise<void> {
    const opened = this.#open.get(family);
    if (opened === undefined) return;
    this.#open.delete(family);
    await opened.link.close();
    this.#totals.offLink += opened.link.counters.offLink;
    this.#totals.sendErrors += opened.link.counters.sendErrors;
  }

  #noteSent(refusals: RefusedPackets, error: Error | undefined): void {
    const before = this.refusal;
    refusals.count = error === undefined ? 0 : refusals.count + 1;
    refusals.last = error;
    if ((before === undefined) !== (this.refusal === undefined)) this.#options.events.refusalChanged();
  }

  #sendOn(link: Link, bytes: Uint8Array, to?: LinkSource): void {
    this.#totals.sent++;
    link.send(bytes, to);
  }

  #take(bytes: Uint8Array, source: LinkSource, heard: HeardOn): void {
    if (!contain(() => this.#receive(bytes, source, heard))) this.#totals.undecodable++;
  }

  #receive(bytes: Uint8Array, source: LinkSource, { on, family, limit, recent, reply }: HeardOn): void {
    const now = this.#options.now();
    this.#totals.received++;
    if (!limit.admit(source.address, now)) {
      this.#totals.rateLimited++;
      return;
    }
    const isThisHost = this.#options.isOwnAddress(withoutZone(source.address));
    const repeated = recent?.find(bytes, source, now);
    // An address may have moved to another host meanwhile, or from one.
    if (repeated !== undefined && repeated.packet.from.isThisHost === isThisHost) {
      this.#totals.damagedRecords += repeated.damaged;
      this.#options.events.received(repeated.packet);
      return;
    }
    const decoded = this.#options.decode(bytes);
    if (decoded === undefined) {
      this.#totals.undecodable++;
      return;
    }
    this.#totals.damagedRecords += decoded.damaged;
    // RFC 6762 6: what comes from another port is no response.
    if (decoded.message.kind === 'response' && source.port !== MDNS_PORT) {
      this.#totals.otherPort++;
      return;
    }
    const { address, port } = source;
    const from = { address, port, family, isThisHost, ...(isOnLink(source, on) ? {} : { isOffSubnet: true }) };
    if (reply === undefined) {
      const { message, damaged } = decoded;
      recent?.note(bytes, source, { packet: { message, from, isRepeated: true }, damaged }, now);
      this.#options.events.received({ message, from });
    } else this.#options.events.replied({ message: decoded.message, from: { ...from, reply } });
  }
}

/** Probes are answered by multicast, or their name is free (RFC 6762 8.1). */
function isQuestion({ kind, questions, authorities }: Message): boolean {
  return kind === 'query' && questions.length > 0 && authorities.length === 0;
}

/** ff02::fb does not come back on loopback, so IPv4 alone serves it. */
function familiesOf(on: NetworkInterface): readonly AddressFamily[] {
  const families: readonly AddressFamily[] = on.loopback ? ['IPv4'] : ['IPv4', 'IPv6'];
  return families.filter((family) => on.addresses.some((address) => address.family === family));
}

function describeAddresses(on: NetworkInterface, family: AddressFamily): string {
  const own = on.addresses.filter((address) => address.family === family);
  return own.map(({ address, prefixLength, scopeId }) => `${address}/${prefixLength}%${scopeId}`).join(' ');
}
