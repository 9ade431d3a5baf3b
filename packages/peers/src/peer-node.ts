import type { Clock, Instance, Random } from '@mdns-ambassador/mdns';
import type { Examiner } from './examiner.ts';
import { PeerLink } from './link/peer-link.ts';
import type { PeerStream, PeerTransport } from './link/peer-stream.ts';
import { Linked } from './linked.ts';
import { ListeningPort } from './listening-port.ts';
import { OwnServices } from './own-services.ts';
import type { PeerCounters, PeerEvent, PeerLinkStatus } from './peer-event.ts';
import { Arrivals, MAX_GREETING } from './rules/arrivals.ts';
import { Directory, type KnownPlace } from './rules/directory.ts';
import type {
  BeatLine,
  ByeLine,
  ExamineLine,
  HelloLine,
  PeerLine,
  PeerPlace,
  PeerService,
  StateLine,
} from './rules/line.ts';
import { Memory, type RememberedPlace } from './rules/memory.ts';
import { describeInstances, listTypes } from './rules/peer-instances.ts';
import { Rate } from './rules/rate.ts';
import { BEAT_MS, type Origin, PeerTable } from './rules/table.ts';

/** What is told of other peers waits for more of it. */
const GATHER_MS = 50;
/** Between two looks at what is due, at least. */
const TICK_MS = 20;
/** Multicast has had its time to bring somebody. */
const MULTICAST_MS = 500;
const DIAL_TIMEOUT_MS = 3_000;
/** What peers may have shown to them: at once, and a second. */
const EXAMINATIONS = { burst: 6, perSecond: 0.1 };
const REMEMBER_MS = 10_000;
/** Between two events about somebody who was not let in. */
const REFUSED_INTERVAL_MS = 60_000;

/** Judges addresses; literal, link-local IPv6 with its zone. */
export interface AddressJudge {
  /** Whether who comes from there is let in, where nobody has to prove who he is. */
  mayLink(address: string): boolean;
  /** Whether a place that a peer tells of is dialled. */
  mayDial(address: string, tellerAddress: string): boolean;
  isOwn(address: string): boolean;
  /** A place that a person named is there: its network is one that was meant. */
  noteNamed(address: string): void;
  /** Whether an address that a member says of a service may be dialled. */
  isUsable(address: string, isFromThisHost: boolean): boolean;
}

export interface PeerNodeOptions {
  /** 16 hexadecimal digits, random at each start. */
  readonly node: string;
  /** Of the program. */
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly transport: PeerTransport;
  /** Who a person named. */
  readonly named: readonly PeerPlace[];
  /** Who was linked in a former run: dialled while multicast brings nothing. */
  readonly remembered: readonly RememberedPlace[];
  /** Where to listen, or on any free port while that is another's; absent: nowhere. */
  readonly port?: number;
  /** All who are linked have proved to be members: what they say of others is believed and passed on. */
  readonly isMesh: boolean;
  /** Addresses of this machine that others may dial, literal and without zone, the best first. */
  readonly addresses: () => readonly string[];
  readonly judge: AddressJudge;
  readonly examiner?: Examiner;
  readonly onEvent?: (event: PeerEvent) => void;
  /** Called with the places to remember when they are others, seldom, and by `close`. */
  readonly onRemember?: (places: readonly RememberedPlace[]) => void;
  /** Called once, when all links have ended. */
  readonly onClose?: () => void;
}

/** `lost`: why something may be missing that was there before. */
export type PeerChangeListener = (lost: 'goodbye' | 'expired') => void;

/** One process among its peers: tells them what it announces, and hears what they do. */
export class PeerNode {
  readonly #options: PeerNodeOptions;
  readonly #table: PeerTable;
  readonly #directory: Directory;
  readonly #own: OwnServices;
  readonly #port: ListeningPort | undefined;
  /** Greeted, by link. */
  readonly #linked = new Map<PeerLink, Linked>();
  /** Let in, and not greeted yet; the one who came first, first. */
  readonly #greeting = new Set<PeerLink>();
  readonly #dials = new Set<AbortController>();
  readonly #listeners = new Set<PeerChangeListener>();
  readonly #arrivals = new Arrivals();
  readonly #examinations = new Rate(EXAMINATIONS.perSecond, EXAMINATIONS.burst);
  readonly #failed = new Set<string>();
  readonly #memory: Memory;
  readonly #totals = { linesReceived: 0, bytesReceived: 0, linesSent: 0, bytesSent: 0, malformed: 0, unknown: 0 };
  readonly #refused = { origins: 0, links: 0, foreign: 0, toldAt: Number.NEGATIVE_INFINITY };
  #heard = 0;
  #startedAt = 0;
  #nextBeatAt = Number.POSITIVE_INFINITY;
  #rememberAt = Number.POSITIVE_INFINITY;
  #alarm: { readonly at: number; readonly cancel: () => void } | undefined;
  #cancelGather: (() => void) | undefined;
  #state: 'new' | 'open' | 'closed' = 'new';

  constructor(options: PeerNodeOptions) {
    this.#options = options;
    this.#table = new PeerTable(options.node, options.isMesh);
    this.#memory = new Memory(options.remembered);
    this.#own = new OwnServices(options.node);
    const { port, transport } = options;
    if (port !== undefined) {
      this.#port = new ListeningPort(port, transport, {
        mayArrive: (address) => this.#mayArrive(address),
        onStream: (stream) => this.#accept(stream),
      });
    }
    this.#directory = new Directory({
      self: options.node,
      isDialledByOthers: () => this.port !== undefined,
      random: options.random,
    });
  }

  /** Where it listens; undefined while it does not. */
  get port(): number | undefined {
    return this.#port?.port;
  }

  get counters(): PeerCounters {
    const totals = { ...this.#totals };
    for (const link of [...this.#linked.keys(), ...this.#greeting]) addUp(totals, link);
    const { origins: refusedOrigins, links: refusedLinks, foreign } = this.#refused;
    return { ...totals, foreign, refusedOrigins, refusedLinks };
  }

  /** The links that are open, by the address of the other side. */
  listLinks(): readonly PeerLinkStatus[] {
    return [...this.#linked.values()].map(({ link, node, address, clockAheadMs }) => ({
      node,
      address,
      version: link.hello?.version ?? '',
      clockAheadMs,
      services: this.#table.find(node).reduce((sum, { services }) => sum + services.length, 0),
    }));
  }

  /** Listens where it may, and dials. Idempotent; never rejects: a port that is another's is tried again. */
  async start(): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'open';
    const now = this.#now();
    this.#startedAt = now;
    this.#nextBeatAt = now + BEAT_MS;
    const { named, remembered, addresses } = this.#options;
    this.#own.beat(addresses());
    for (const place of named) this.#directory.add(place, 'named', now);
    for (const place of remembered) this.#directory.add(place, 'remembered', now);
    await this.#listen();
    this.#tick();
  }

  /** Says goodbye on every link and ends them. Resolves when that has left. Idempotent. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#alarm?.cancel();
    this.#cancelGather?.();
    for (const dial of this.#dials) dial.abort();
    this.#rememberNow();
    const bye = this.#own.describeBye();
    const links = [...this.#linked.keys()];
    for (const link of links) link.tell(bye);
    for (const link of [...this.#greeting]) link.hangUp('it ends');
    await Promise.all([...links.map((link) => link.close()), this.#port?.close()]);
    this.#linked.clear();
    this.#listeners.clear();
    this.#options.onClose?.();
  }

  /** Announces this under the id, in the place of what it stood for before; nothing of it without a service. At once. */
  announce(id: string, service: PeerService | undefined): void {
    if (this.#own.set(id, service) && this.#state === 'open') this.#tellOwn();
  }

  /** Calls back whenever what peers announce may be another; the returned function ends that. Never called within a call of its own. */
  onChange(listener: PeerChangeListener): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** What peers announce of one type. */
  list(type: string, subtype?: string): readonly Instance[] {
    const { isMesh, judge } = this.#options;
    return describeInstances(this.#table.list(), type, subtype, {
      isMesh,
      isUsable: (address, isFromThisHost) => judge.isUsable(address, isFromThisHost),
    });
  }

  listTypes(): ReadonlySet<string> {
    return listTypes(this.#table.list());
  }

  /** How many instances multicast brings now: where it brings none, those who are remembered are asked. */
  hearByMulticast(instances: number): void {
    const wasSilent = this.#heard === 0;
    this.#heard = instances;
    if (wasSilent !== (instances === 0)) this.#wake();
  }

  /** Who was heard by multicast can be asked at this place. */
  meet(place: PeerPlace): void {
    if (this.#options.judge.isOwn(place.host)) return;
    this.#directory.add(place, 'met', this.#now());
    this.#remember(place, false);
    this.#wake();
  }

  /** Who was there is no longer heard of by multicast. */
  ask(place: PeerPlace): void {
    if (this.#state !== 'open' || this.#options.judge.isOwn(place.host)) return;
    this.#directory.ask(place, this.#now());
    this.#wake();
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #emit(event: PeerEvent): void {
    if (this.#state !== 'closed') this.#options.onEvent?.(event);
  }

  // ---- time

  #isSilent(now: number): boolean {
    return this.#heard === 0 && now - this.#startedAt >= MULTICAST_MS;
  }

  readonly #isLinked = (node: string): boolean => this.#findLinked(node) !== undefined;

  #findLinked(node: string): Linked | undefined {
    for (const linked of this.#linked.values()) if (linked.node === node) return linked;
    return undefined;
  }

  #nextDeadline(now: number): number {
    const links = [...this.#linked.keys(), ...this.#greeting].map((link) => link.nextDeadline());
    return Math.min(
      this.#nextBeatAt,
      this.#table.nextDeadline(),
      this.#directory.nextDeadline(this.#isLinked, this.#isSilent(now)),
      this.#rememberAt,
      now < this.#startedAt + MULTICAST_MS ? this.#startedAt + MULTICAST_MS : Number.POSITIVE_INFINITY,
      ...links,
    );
  }

  /** Looks at what is due after everything that is going on. */
  #wake(): void {
    if (this.#state !== 'open') return;
    const now = this.#now();
    const at = Math.max(this.#nextDeadline(now), now + TICK_MS);
    if (this.#alarm !== undefined && this.#alarm.at <= at) return;
    this.#alarm?.cancel();
    this.#alarm = {
      at,
      cancel: this.#options.clock.after(at - now, () => {
        this.#alarm = undefined;
        this.#tick();
      }),
    };
  }

  #tick(): void {
    if (this.#state !== 'open') return;
    const now = this.#now();
    for (const link of [...this.#linked.keys(), ...this.#greeting]) link.advance(now);
    if (this.#table.advance(now).length > 0) this.#notify('expired');
    if (now >= this.#nextBeatAt) this.#beat(now);
    if (now >= this.#rememberAt) this.#rememberNow();
    for (const place of this.#directory.takeDue(now, this.#isLinked, this.#isSilent(now))) void this.#dial(place);
    this.#wake();
  }

  #beat(now: number): void {
    this.#nextBeatAt = now + BEAT_MS;
    this.#dropForeignLinks();
    this.#own.beat(this.#options.addresses());
    this.#tellOwn();
    this.#tellLinks(true);
    if (this.#port?.isElsewhere === true) void this.#listen();
    this.#arrivals.advance(now);
  }

  /** An address that this machine has no more carries nothing. */
  #dropForeignLinks(): void {
    for (const { link } of [...this.#linked.values()]) {
      if (!this.#options.judge.isOwn(link.stream.localAddress)) link.hangUp('this machine has another address now');
    }
  }

  // ---- links

  async #listen(): Promise<void> {
    const port = this.#port;
    const { port: wanted, addresses } = this.#options;
    if (port === undefined || wanted === undefined || !(await port.open())) return;
    if (port.port !== undefined && port.port !== wanted) {
      this.#emit({ kind: 'peer-port', port: port.port, wanted });
      // Another process of this machine has it: a peer like any.
      const [host] = addresses();
      if (host !== undefined) this.#directory.add({ host, port: wanted }, 'named', this.#now());
    }
    this.#wake();
  }

  async #dial(known: KnownPlace): Promise<void> {
    const { transport, clock } = this.#options;
    const abort = new AbortController();
    this.#dials.add(abort);
    const cancel = clock.after(DIAL_TIMEOUT_MS, () => abort.abort());
    try {
      const stream = await transport.dial(known.place, abort.signal);
      if (this.#state === 'closed') stream.destroy();
      else this.#open(stream, known);
    } catch (error) {
      this.#noteFailure(known, abort.signal.aborted ? 'it did not answer' : explain(error));
    } finally {
      cancel();
      this.#dials.delete(abort);
    }
  }

  #noteFailure({ key, origin }: KnownPlace, reason: string): void {
    if (this.#state === 'closed') return;
    this.#directory.failed(key, this.#now());
    if (origin === 'named' && !this.#failed.has(key)) {
      this.#failed.add(key);
      this.#emit({ kind: 'peer-failed', place: key, reason });
    }
    this.#wake();
  }

  #mayArrive(address: string): boolean {
    const reason = this.#findRefusal(address);
    if (reason !== undefined) this.#tellRefused(address, reason);
    return this.#state === 'open' && reason === undefined;
  }

  #findRefusal(address: string): string | undefined {
    const { isMesh, judge } = this.#options;
    if (!isMesh && !judge.mayLink(address)) return 'it is not on a link of this machine, and nobody named it';
    const list = (links: Iterable<PeerLink>): readonly string[] => [...links].map(({ stream }) => stream.remoteAddress);
    const inside = { linked: list(this.#linked.keys()), greeting: list(this.#greeting) };
    return this.#arrivals.refuse(address, inside, this.#now());
  }

  #accept(stream: PeerStream): void {
    if (this.#state !== 'open') {
      stream.destroy();
      return;
    }
    const [oldest] = this.#greeting;
    if (this.#greeting.size >= MAX_GREETING) oldest?.hangUp('another needs its place');
    this.#open(stream, undefined);
  }

  #tellRefused(address: string, reason: string): void {
    this.#refused.links += 1;
    const now = this.#now();
    if (now - this.#refused.toldAt < REFUSED_INTERVAL_MS) return;
    this.#refused.toldAt = now;
    this.#emit({ kind: 'peer-refused', address, reason });
  }

  #open(stream: PeerStream, known: KnownPlace | undefined): void {
    const { node, version, clock } = this.#options;
    const hello: HelloLine = {
      kind: 'hello',
      node,
      version,
      wall: Math.round(clock.wallClock()),
      ...(this.port === undefined ? {} : { port: this.port }),
    };
    const link: PeerLink = new PeerLink(stream, hello, {
      isOurs: known !== undefined,
      now: () => this.#now(),
      events: {
        greeted: (theirs) => this.#greet(link, theirs, known),
        line: (line) => this.#take(link, line),
        ended: (reason) => this.#end(link, known, reason),
      },
    });
    if (!link.isOver) this.#greeting.add(link);
    this.#wake();
  }

  #greet(link: PeerLink, hello: HelloLine, known: KnownPlace | undefined): void {
    this.#greeting.delete(link);
    const { node } = hello;
    if (known !== undefined) {
      this.#directory.linked(known.key, node);
      this.#failed.delete(known.key);
    }
    if (node === this.#options.node || !this.#isKept(link, node)) {
      addUp(this.#totals, link);
      void link.close();
      return;
    }
    const clockAheadMs = hello.wall - Math.round(this.#options.clock.wallClock());
    const linked = new Linked(link, node, clockAheadMs);
    this.#linked.set(link, linked);
    const place = placeOf(link, hello);
    if (place !== undefined) this.#remember(place, this.port !== undefined);
    if (known?.origin === 'named') this.#options.judge.noteNamed(link.stream.remoteAddress);
    this.#emit({ kind: 'peer-linked', node, address: link.stream.remoteAddress, links: this.#linked.size });
    if (!this.#own.isEmpty) linked.tellOwn(this.#own);
    this.#gather();
    this.#wake();
  }

  /**
   * Of two links between two nodes, the one that the node with the lower number dialled stays; of two that one of them dialled, the later.
   * In open mode anybody could claim a number: there only links with one address are one.
   */
  #isKept(link: PeerLink, node: string): boolean {
    for (const [other, linked] of [...this.#linked]) {
      if (linked.node !== node) continue;
      if (!this.#options.isMesh && other.stream.remoteAddress !== link.stream.remoteAddress) continue;
      const staysOurs = this.#options.node < node;
      if (other.isOurs !== link.isOurs && other.isOurs === staysOurs) return false;
      this.#forget(linked);
      void other.close();
    }
    return true;
  }

  #end(link: PeerLink, known: KnownPlace | undefined, reason: string): void {
    const wasGreeting = this.#greeting.delete(link);
    const linked = this.#linked.get(link);
    if (this.#state === 'closed') return;
    if (linked !== undefined) {
      this.#forget(linked);
      const { remoteAddress: address } = link.stream;
      this.#emit({ kind: 'peer-lost', node: linked.node, address, reason, links: this.#linked.size });
      this.#gather();
    } else if (wasGreeting) addUp(this.#totals, link);
    if (known !== undefined) {
      if (linked === undefined) this.#noteFailure(known, reason);
      else this.#directory.lost(known.key, this.#now());
    }
    if (linked === undefined && known === undefined) this.#tellRefused(link.stream.remoteAddress, reason);
    this.#wake();
  }

  #forget(linked: Linked): void {
    addUp(this.#totals, linked.link);
    this.#linked.delete(linked.link);
    const { remoteAddress: address } = linked.link.stream;
    const isSame = (other: Linked): boolean =>
      other.node === linked.node && other.link.stream.remoteAddress === address;
    if (![...this.#linked.values()].some(isSame)) this.#table.detach(linked.node, address);
  }

  // ---- what is said

  #take(link: PeerLink, line: PeerLine): void {
    const linked = this.#linked.get(link);
    if (linked === undefined) return;
    switch (line.kind) {
      case 'state':
      case 'beat':
      case 'bye':
        this.#takeNews(linked, line);
        return;
      case 'links':
        if (!this.#options.isMesh) return;
        linked.links = new Set(line.nodes);
        for (const origin of this.#table.list()) {
          if (!line.heard.includes(origin.node)) this.#passOnTo(linked, origin);
        }
        return;
      case 'peers':
        this.#takePeers(linked, line.peers);
        return;
      case 'examine':
        this.#examine(linked, line);
        return;
      case 'refused':
        link.hangUp(line.reason);
        return;
      case 'hello':
      case 'facts':
      case 'outcome':
      case 'dialled':
        return;
      default:
        line satisfies never;
    }
  }

  #takeNews(linked: Linked, line: StateLine | BeatLine | ByeLine): void {
    const { remoteAddress: address } = linked.link.stream;
    const teller = { node: linked.node, address, isFromThisHost: this.#options.judge.isOwn(address) };
    const change = this.#table.take(line, teller, this.#now());
    switch (change.kind) {
      case 'changed':
        this.#notify('goodbye');
        this.#passOn(change.origin, linked);
        break;
      case 'alive':
        this.#passOn(change.origin, linked);
        break;
      case 'left':
        this.#notify('goodbye');
        this.#passOnBye(change.origin, line.seq, linked);
        break;
      case 'foreign':
        this.#refused.foreign += 1;
        linked.noteForeign();
        break;
      case 'full':
        this.#refused.origins += 1;
        break;
      case 'stale':
        break;
      default:
        change satisfies never;
    }
    this.#wake();
  }

  #notify(lost: 'goodbye' | 'expired'): void {
    for (const listener of [...this.#listeners]) listener(lost);
  }

  #takePeers(linked: Linked, peers: readonly { readonly node: string; readonly places: readonly PeerPlace[] }[]): void {
    const { judge } = this.#options;
    const teller = linked.link.stream.remoteAddress;
    for (const { node, places } of peers) {
      for (const place of places) {
        if (judge.isOwn(place.host) && place.port === this.port) continue;
        if (judge.mayDial(place.host, teller)) this.#directory.add(place, 'told', this.#now(), node);
      }
    }
    this.#wake();
  }

  #examine(linked: Linked, line: ExamineLine): void {
    const { examiner } = this.#options;
    const { link } = linked;
    const refuse = (reason: string): void => {
      for (const way of line.ways) link.tell({ kind: 'outcome', id: line.id, way, result: 'refused', reason });
    };
    if (examiner === undefined) refuse('this command does not show it');
    else if (linked.isExamined) refuse('it is at it already');
    else if (!this.#examinations.take(1, this.#now())) refuse('it was asked too often; wait a minute');
    else {
      linked.isExamined = true;
      const done = (): void => {
        linked.isExamined = false;
      };
      examiner.examine(line, link.stream.remoteAddress, (answer) => link.tell(answer)).then(done, done);
    }
  }

  // ---- what is told

  #tellOwn(): void {
    for (const linked of [...this.#linked.values()]) linked.tellOwn(this.#own);
  }

  #passOn(origin: Origin, from: Linked): void {
    if (!this.#options.isMesh) return;
    for (const linked of [...this.#linked.values()]) if (linked !== from) this.#passOnTo(linked, origin);
  }

  #passOnTo(linked: Linked, origin: Origin): void {
    const linksOfOrigin = origin.isDirect ? this.#findLinked(origin.node)?.links : undefined;
    linked.passOn(origin, this.#options.node, linksOfOrigin, this.#now());
  }

  #passOnBye(origin: Origin, seq: number, from: Linked): void {
    for (const linked of [...this.#linked.values()]) if (linked !== from) linked.passOnBye(origin, seq);
  }

  /** Tells of the links that are there, after those that come at the same time. */
  #gather(): void {
    this.#cancelGather ??= this.#options.clock.after(GATHER_MS, () => {
      this.#cancelGather = undefined;
      const all = [...this.#linked.values()];
      const others = all.flatMap(({ node, link }) => {
        const place = link.hello === undefined ? undefined : this.#placeForOthers(link, link.hello);
        return place === undefined ? [] : [{ node, place }];
      });
      for (const linked of all) linked.tellPeers(others);
      this.#tellLinks(false);
    });
  }

  /** Others pass on to us what we hear of nobody. */
  #tellLinks(isBeat: boolean): void {
    if (!this.#options.isMesh) return;
    const all = [...this.#linked.values()];
    const nodes = new Set(all.map(({ node }) => node));
    const heard = this.#table.list().flatMap(({ node }) => (nodes.has(node) ? [] : [node]));
    for (const linked of all) linked.tellLinks([...nodes].toSorted(), heard, isBeat);
  }

  /** Zones and loopback mean something else elsewhere; who is on this machine is at its address. */
  #placeForOthers(link: PeerLink, hello: HelloLine): PeerPlace | undefined {
    const place = placeOf(link, hello);
    if (place === undefined || place.host.includes('%')) return undefined;
    if (!isLoopback(place.host)) return place;
    const [host] = this.#options.addresses();
    return host === undefined ? undefined : { host, port: place.port };
  }

  // ---- memory

  #remember(place: PeerPlace, isLinked: boolean): void {
    if (isLoopback(place.host) || !this.#memory.keep(place, isLinked)) return;
    this.#rememberAt = Math.min(this.#rememberAt, this.#now() + REMEMBER_MS);
  }

  #rememberNow(): void {
    if (this.#rememberAt === Number.POSITIVE_INFINITY) return;
    this.#rememberAt = Number.POSITIVE_INFINITY;
    this.#options.onRemember?.(this.#memory.list());
  }
}

/** Where the other side listens. */
function placeOf({ stream }: PeerLink, { port }: HelloLine): PeerPlace | undefined {
  return port === undefined ? undefined : { host: stream.remoteAddress, port };
}

function isLoopback(address: string): boolean {
  return address.startsWith('127.') || address === '::1';
}

function explain(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

interface Totals {
  linesReceived: number;
  bytesReceived: number;
  linesSent: number;
  bytesSent: number;
  malformed: number;
  unknown: number;
}

function addUp(totals: Totals, { received, sent }: PeerLink): void {
  totals.linesReceived += received.lines;
  totals.bytesReceived += received.bytes;
  totals.linesSent += sent.lines;
  totals.bytesSent += sent.bytes;
  totals.malformed += received.malformed;
  totals.unknown += received.unknown;
}
