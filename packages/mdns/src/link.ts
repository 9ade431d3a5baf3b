import { createSocket, type Socket, type SocketOptions } from 'node:dgram';
import multicastDns from 'multicast-dns';
import type { GroupListener } from './group-receiver.ts';
import type { GroupReceivers } from './group-receivers.ts';
import type { HostReader, HostReading } from './host-reader.ts';
import { NOBODY, planSeal } from './link-seal.ts';
import { MdnsError, toError } from './mdns-error.ts';
import { MDNS_GROUPS, MDNS_PORT } from './mdns-port.ts';
import { MomentarySocket } from './momentary-socket.ts';
import type {
  AddressFamily,
  Link,
  LinkCounters,
  LinkEvents,
  LinkSource,
  NetworkInterface,
  ReplyPath,
} from './network.ts';
import { describeWantOfDescriptor, isWantOfDescriptor } from './no-descriptor.ts';
import { isOnLink, mayBeOnLink } from './on-link.ts';
import { isPortTaken } from './port-holders.ts';
import { SocketQueue } from './socket-queue.ts';
import { withoutZone } from './wire/address.ts';

/** RFC 6762 11: for what goes by unicast, too. */
const TTL = 255;
/** RFC 5771 9.2: nobody sends there, so who is bound to it hears nothing, and can send to any group. */
const SILENT_GROUP = '233.252.0.1';
/** Packets of another interface between two readings, for which it is refused in the place of one that was refused before. */
const BUSY_PACKETS = 50;
/** Of the twenty that a socket may have. */
const MOST_LOST = 4;
/** Sources of which it is remembered whether they are from the link. */
const MAX_JUDGED = 256;
/** Hosts that are asked alone at the same time. */
const MAX_QUESTIONS = 16;
/** How long `close` waits for packets that the OS has not taken. */
const FLUSH_LIMIT_MS = 1_000;

/** What the links of a network have in common. */
export interface LinkHost {
  readonly platform: string;
  readonly reader: HostReader;
  readonly receivers: GroupReceivers;
}

/**
 * Joins the mDNS group on one interface in one family. Rejects with `port-in-use`, `no-address` or `link-refused`.
 */
export async function openLink(
  on: NetworkInterface,
  family: AddressFamily,
  events: LinkEvents,
  { platform, reader, receivers }: LinkHost,
): Promise<Link> {
  const local =
    family === 'IPv4' ? on.addresses.find((address) => address.family === 'IPv4')?.address : `::%${zoneOf(on)}`;
  if (local === undefined) {
    throw new MdnsError('no-address', `${on.name} has no ${family} address: nothing can be sent on it in ${family}.`);
  }
  const lookup: LookupAddress = (address, _options, done) => {
    // At the end of the turn, as Node's own, a packet would leave after all that the turn still does: too close to the next one of its kind.
    const tell = (): void => done(null, address, family === 'IPv4' ? 4 : 6);
    if (link.isJoined) tell();
    else queueMicrotask(tell);
  };
  const socket = createSocket(
    family === 'IPv4'
      ? { type: 'udp4', reuseAddr: true, lookup }
      : { type: 'udp6', reuseAddr: true, ipv6Only: true, lookup },
  );
  const isSharing = platform === 'linux' && family === 'IPv4' && receivers.isWanted;
  const link = new SocketLink(socket, on, family, events, { platform, reader, receivers, isSharing });
  await link.join(local);
  return link;
}

/** Only literals are sent to. */
type LookupAddress = NonNullable<SocketOptions['lookup']>;

type LinkState = 'joining' | 'joined' | 'failed' | 'closed';

class SocketLink implements Link {
  readonly interfaceName: string;
  readonly family: AddressFamily;
  readonly #socket: Socket;
  readonly #on: NetworkInterface;
  readonly #group: string;
  readonly #events: LinkEvents;
  readonly #platform: string;
  readonly #reader: HostReader;
  readonly #receivers: GroupReceivers;
  /** What hears for this link, where its own socket does not. */
  readonly #listener: GroupListener | undefined;
  #reading: HostReading | undefined;
  /** By source: the other interface that it belongs to, empty where that is not known; undefined for one of this link. Since the last change. */
  readonly #judged = new Map<string, string | undefined>();
  /** Packets that other interfaces brought since the last reading. */
  readonly #strays = new Map<string, number>();
  readonly #counters = { offLink: 0, sendErrors: 0 };
  /** The addresses of other interfaces that this socket hears no more, by address and number: one that is made anew is another. */
  readonly #refused = new Map<string, string>();
  /** Memberships of interfaces that are gone, kept by the kernel until the socket is closed. */
  #lost = 0;
  readonly #queue = new SocketQueue();
  /** Whether the socket hears nothing but its interface. */
  #isSealed = false;
  /** The host's other interfaces. */
  #others: readonly NetworkInterface[] = [];
  #state: LinkState = 'joining';
  #leave: (done: () => void) => void = (done) => done();
  #inFlight = 0;
  #onFlushed: () => void = () => {};
  #replies: MomentarySocket | undefined;
  readonly #questions = new Set<MomentarySocket>();
  #closing: Promise<void> | undefined;

  constructor(
    socket: Socket,
    on: NetworkInterface,
    family: AddressFamily,
    events: LinkEvents,
    { platform, reader, receivers, isSharing }: LinkHost & { readonly isSharing: boolean },
  ) {
    this.interfaceName = on.name;
    this.family = family;
    this.#socket = socket;
    this.#on = on;
    this.#group = groupAddress(on, family);
    this.#events = events;
    this.#platform = platform;
    this.#reader = reader;
    this.#receivers = receivers;
    this.#listener = isSharing ? this.#listen() : undefined;
  }

  get counters(): LinkCounters {
    return { ...this.#counters };
  }

  get isJoined(): boolean {
    return this.#state === 'joined';
  }

  get isWorn(): boolean {
    if (this.#platform !== 'linux' || this.family === 'IPv6') return false;
    return this.#lost >= MOST_LOST || this.#receivers.isWanted !== (this.#listener !== undefined);
  }

  async join(local: string): Promise<void> {
    try {
      await this.#bindAndJoin(local, this.#platform);
      if (this.#listener !== undefined) await this.#receivers.add(this.#listener);
      // multicast-dns sets that of multicasts only.
      this.#socket.setTTL(TTL);
      this.#state = 'joined';
    } catch (cause) {
      this.#state = 'failed';
      await this.close();
      throw explainRefusal(cause, this.#on.name, this.family);
    }
  }

  send(bytes: Uint8Array, to?: LinkSource): void {
    if (this.#state !== 'joined') return;
    this.#inFlight++;
    const onSent = (error: Error | null): void => {
      this.#inFlight--;
      if (error !== null) this.#counters.sendErrors++;
      if (this.#state === 'joined') this.#events.sent(error ?? undefined);
      if (this.#inFlight === 0) this.#onFlushed();
    };
    try {
      this.#socket.send(bytes, to?.port ?? MDNS_PORT, to?.address ?? this.#group, onSent);
    } catch (error) {
      onSent(toError(error));
    }
  }

  renew(): Promise<void> {
    this.#readHost();
    return this.#listener === undefined ? this.#queue.pass() : this.#receivers.renew();
  }

  awaitReplies(): void {
    const address = this.#sendingAddress();
    if (this.#state !== 'joined' || this.#platform !== 'linux' || this.#on.loopback || address === undefined) return;
    if (this.#replies?.isOpen === true) this.#replies.prolong();
    else if (!this.#isTaken(address)) this.#replies = this.#openMoment(address, MDNS_PORT, () => ({ to: 'port' }));
  }

  ask(bytes: Uint8Array, of: LinkSource): void {
    const address = this.#sendingAddress();
    if (this.#state !== 'joined' || address === undefined) return;
    for (const question of this.#questions) if (!question.isOpen) this.#questions.delete(question);
    if (this.#questions.size >= MAX_QUESTIONS) return;
    const isOnlyWay = this.#reading !== undefined && this.#others.every(({ loopback }) => loopback);
    const question = this.#openMoment(address, 0, (source) =>
      source.address === of.address ? { to: 'question', isOnlyWay } : undefined,
    );
    this.#questions.add(question);
    question.send(bytes, { address: of.address, port: MDNS_PORT });
  }

  close(): Promise<void> {
    this.#closing ??= this.#flushAndClose();
    return this.#closing;
  }

  /** multicast-dns binds, joins and sets TTL and loopback; its decoder drops a packet whole, so datagrams are read raw here. */
  #bindAndJoin(local: string, platform: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const transport = multicastDns({
        socket: this.#socket,
        type: this.family === 'IPv4' ? 'udp4' : 'udp6',
        port: MDNS_PORT,
        ip: MDNS_GROUPS[this.family],
        interface: local,
        bind: this.#listener === undefined ? bindAddress(this.#on, this.family, platform) : SILENT_GROUP,
        ttl: TTL,
        loopback: true,
      });
      this.#leave = (done) => transport.destroy(done);
      this.#socket.removeAllListeners('message');
      if (this.#listener === undefined) this.#socket.on('message', (bytes, from) => this.#receive(bytes, from));
      const onError = (error: Error): void => {
        if (this.#state === 'joined' && isOfOnePacket(error)) return;
        reject(error);
        this.#fail(error);
      };
      transport.on('error', onError);
      transport.on('warning', onError);
      transport.on('ready', resolve);
    });
  }

  #readHost(): void {
    // Elsewhere sockets are bound to no group: what they hear may have been sent to them alone.
    if (this.#state !== 'joined' || this.#platform !== 'linux') return;
    const reading = this.#reader.read();
    if (reading === undefined) return;
    if (reading === this.#reading) {
      if (!this.#isSealed && this.#listener === undefined) this.#refuseMore(reading);
      this.#strays.clear();
      return;
    }
    this.#reading = reading;
    this.#others = reading.interfaces.filter(({ name }) => name !== this.#on.name);
    if (this.#listener !== undefined) return;
    // A socket that is bound to an IPv6 group with its zone hears that interface alone.
    this.#isSealed = this.family === 'IPv6' || this.#refuseOthers(reading);
    this.#judged.clear();
    this.#queue.outdate();
  }

  /** False where the kernel refuses: it allows a socket twenty memberships. */
  #refuseOthers({ joined }: HostReading): boolean {
    try {
      const { refused, isWhole } = planSeal([this.#on.name], joined);
      const indices = new Map(joined.map(({ name, index }) => [name, index]));
      const wanted = new Map(refused.map(({ name, address }) => [`${address} ${indices.get(name)}`, address]));
      this.#admitGone(new Set(wanted.keys()));
      for (const [key, address] of wanted) {
        if (this.#refused.has(key)) continue;
        this.#socket.addSourceSpecificMembership(NOBODY, this.#group, address);
        this.#refused.set(key, address);
      }
      return isWhole;
    } catch {
      return false;
    }
  }

  /**
   * Gives back the memberships of interfaces that are gone or have another address: the kernel keeps and counts them. It finds one by its
   * address, the newest first, so a wanted one of the same address is given back, too, and taken anew; it finds none where an
   * interface that was made anew has the address.
   */
  #admitGone(wanted: ReadonlySet<string>): void {
    const gone = new Set([...this.#refused].filter(([key]) => !wanted.has(key)).map(([, address]) => address));
    for (const [key, address] of this.#refused) {
      if (!gone.has(address)) continue;
      this.#refused.delete(key);
      try {
        this.#socket.dropMembership(this.#group, address);
      } catch {
        this.#lost++;
      }
    }
  }

  /** What was refused to us before may be granted now; where there is no room to refuse all others, those are that bring most. */
  #refuseMore(reading: HostReading): void {
    this.#isSealed = this.#refuseOthers(reading);
    if (this.#isSealed) {
      this.#judged.clear();
      this.#queue.outdate();
    } else this.#refuseBusiest(reading);
  }

  #refuseBusiest({ joined }: HostReading): void {
    const [name, packets = 0] = [...this.#strays].toSorted(([, a], [, b]) => b - a)[0] ?? [];
    const busiest = joined.find((one) => one.name === name);
    const [idlest] = this.#refused;
    if (packets < BUSY_PACKETS || busiest?.address === undefined || idlest === undefined) return;
    try {
      this.#socket.dropSourceSpecificMembership(NOBODY, this.#group, idlest[1]);
      this.#refused.delete(idlest[0]);
      this.#socket.addSourceSpecificMembership(NOBODY, this.#group, busiest.address);
      this.#refused.set(`${busiest.address} ${busiest.index}`, busiest.address);
    } catch {
      // What is not refused is heard, and dropped by its source.
    }
  }

  /** From which the kernel sends to the group. */
  #sendingAddress(): string | undefined {
    const own = this.#on.addresses.filter(({ family }) => family === this.family);
    if (this.family === 'IPv4') return own[0]?.address;
    const linkLocal = own.find(({ scopeId }) => scopeId !== 0)?.address;
    return linkLocal === undefined ? undefined : `${linkLocal}%${zoneOf(this.#on)}`;
  }

  /** Of two sockets with one port the kernel gives what is sent to an address to the one that is bound to it, or came last. */
  #isTaken(address: string): boolean {
    const bound = this.#reader.listBound(this.family);
    return bound === undefined || isPortTaken(bound, withoutZone(address));
  }

  /** `judge`: by which way a packet came; undefined for one that is to be dropped. */
  #openMoment(address: string, port: number, judge: (source: LinkSource) => ReplyPath | undefined): MomentarySocket {
    const { family } = this;
    const onPacket = (bytes: Uint8Array, source: LinkSource): void => {
      const path = this.#state === 'joined' && isOnLink(source, this.#on) ? judge(source) : undefined;
      if (path === undefined) this.#counters.offLink++;
      else this.#events.reply(bytes, source, family === 'IPv6' ? { to: 'link-local' } : path);
    };
    return new MomentarySocket({ family, address, port, onPacket });
  }

  #mayHearOthers(): boolean {
    if (this.#platform !== 'linux' || this.family === 'IPv6') return false;
    return this.#reading === undefined || this.#queue.isOld;
  }

  /** By which other interface it came; undefined for what is from this link. */
  #findStray(source: LinkSource): string | undefined {
    if (this.#judged.has(source.address)) return this.#judged.get(source.address);
    const isFromLink = this.#isSealed ? mayBeOnLink(source, this.#on, this.#others) : isOnLink(source, this.#on);
    const stray = isFromLink ? undefined : (this.#others.find((other) => isOnLink(source, other))?.name ?? '');
    if (this.#judged.size >= MAX_JUDGED) this.#judged.clear();
    this.#judged.set(source.address, stray);
    return stray;
  }

  #receive(bytes: Uint8Array, source: LinkSource): void {
    this.#queue.note();
    // Until it knows what others it hears, what it hears may be theirs.
    if (this.#state !== 'joined' || this.#mayHearOthers()) return;
    const stray = this.#findStray(source);
    if (stray === undefined) {
      this.#events.packet(bytes, source);
      return;
    }
    this.#counters.offLink++;
    this.#strays.set(stray, (this.#strays.get(stray) ?? 0) + 1);
  }

  #listen(): GroupListener {
    return {
      on: this.#on,
      packet: (bytes, source) => {
        if (this.#state === 'joined') this.#events.packet(bytes, source);
      },
      stray: () => {
        this.#counters.offLink++;
      },
      failed: (error) => this.#fail(error),
    };
  }

  #fail(error: Error): void {
    if (this.#state !== 'joined') return;
    this.#state = 'failed';
    this.#events.failed(error);
  }

  async #flushAndClose(): Promise<void> {
    const wasJoined = this.#state === 'joined';
    this.#state = 'closed';
    await Promise.all([this.#replies, ...this.#questions].map((socket) => socket?.close()));
    if (wasJoined && this.#inFlight > 0) {
      await new Promise<void>((resolve) => {
        const limit = setTimeout(resolve, FLUSH_LIMIT_MS);
        this.#onFlushed = () => {
          clearTimeout(limit);
          resolve();
        };
      });
    }
    if (this.#listener !== undefined) await this.#receivers.remove(this.#listener);
    await new Promise<void>((resolve) => this.#leave(resolve));
  }
}

/**
 * Linux: the group's own address, so that unicast never arrives and other responders keep theirs. Elsewhere a socket that is bound
 * to a group can't send (EADDRNOTAVAIL on macOS) or can't be made (Windows): every address, and the source decides.
 */
export function bindAddress(on: NetworkInterface, family: AddressFamily, platform: string): string {
  if (platform === 'linux') return groupAddress(on, family);
  return family === 'IPv4' ? '0.0.0.0' : '::';
}

/** The group as an address to send to; IPv6 with its zone. */
export function groupAddress(on: NetworkInterface, family: AddressFamily): string {
  return family === 'IPv4' ? MDNS_GROUPS.IPv4 : `${MDNS_GROUPS.IPv6}%${zoneOf(on)}`;
}

function zoneOf(on: NetworkInterface): string {
  return on.zone ?? on.name;
}

/** Of one that came by IPv6 nobody can say by which interface: that is gone, or there was no file descriptor left to ask for its name. */
function isOfOnePacket(error: Error): boolean {
  return 'syscall' in error && error.syscall === 'uv_if_indextoiid';
}

function explainRefusal(cause: unknown, interfaceName: string, family: AddressFamily): MdnsError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
  const where = `${interfaceName} (${family})`;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    return new MdnsError(
      'port-in-use',
      `UDP port ${MDNS_PORT} on ${where} is held exclusively by another mDNS program (${code}): let it share the port ` +
        '(avahi-daemon: disallow-other-stacks=no in /etc/avahi/avahi-daemon.conf), stop it, or use static addresses.',
      { cause },
    );
  }
  if (isWantOfDescriptor(cause)) return describeWantOfDescriptor(`${where} can't be joined`, cause);
  return new MdnsError('link-refused', `The mDNS group could not be joined on ${where}: ${code}.`, { cause });
}
