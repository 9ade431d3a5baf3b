import type { Clock, Instance, Random } from '@mdns-ambassador/mdns';
import type { AddressJudge } from './address-judge.ts';
import { Alarm } from './alarm.ts';
import { Dialler } from './dialler.ts';
import { Examinations, type Examiner } from './examinations.ts';
import { Gossip } from './gossip.ts';
import { PeerLink } from './link/peer-link.ts';
import type { PeerListener, PeerReceiver, PeerStream, PeerTransport } from './link/peer-stream.ts';
import { LinkSet } from './link-set.ts';
import { Linked, placeOf } from './linked.ts';
import { ListeningPort } from './listening-port.ts';
import { MemoryKeeper } from './memory-keeper.ts';
import { type NoticeBoard, NoticeSpread } from './notice-spread.ts';
import type { PeerCounters, PeerEvent, PeerLinkStatus } from './peer-event.ts';
import { Reception } from './reception.ts';
import type { KnownPlace } from './rules/directory.ts';
import type { HelloLine, PeerLine, PeerPlace, PeerService, RefusedLine } from './rules/line.ts';
import type { RememberedPlace } from './rules/memory.ts';
import { describeInstances, listTypes } from './rules/peer-instances.ts';
import { BEAT_MS } from './rules/table.ts';
import { type PeerView, Views } from './views.ts';

/** Between two looks at what is due, at least. */
const TICK_MS = 20;

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
  /** In a mesh: what its keepers have said of machines. */
  readonly notices?: NoticeBoard | undefined;
  /** What this process shows of itself to members who look; absent: nothing. */
  readonly describe?: () => Promise<object>;
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
  readonly #links = new LinkSet();
  readonly #gossip: Gossip;
  readonly #dialler: Dialler;
  readonly #reception: Reception;
  readonly #examinations: Examinations;
  readonly #memory: MemoryKeeper;
  readonly #notices: NoticeSpread;
  readonly #views: Views;
  readonly #receiver: PeerReceiver;
  readonly #port: ListeningPort | undefined;
  readonly #alarm: Alarm;
  readonly #listeners = new Set<PeerChangeListener>();
  #nextBeatAt = Number.POSITIVE_INFINITY;
  #hasToldPort = false;
  #state: 'new' | 'open' | 'closed' = 'new';

  constructor(options: PeerNodeOptions) {
    const { node: self, clock, transport, judge, port, remembered } = options;
    const links = this.#links;
    this.#options = options;
    this.#alarm = new Alarm(clock, () => this.#tick());
    this.#examinations = new Examinations(options.examiner);
    this.#memory = new MemoryKeeper(remembered, (places) => options.onRemember?.(places));
    this.#notices = new NoticeSpread(options.notices, links);
    this.#views = new Views({ ...options, links });
    this.#gossip = new Gossip({
      ...options,
      self,
      links,
      isOwn: (address) => judge.isOwn(address),
      listHeard: () => this.#dialler.listHeard(),
      onChange: (lost) => {
        for (const listener of [...this.#listeners]) listener(lost);
      },
    });
    this.#reception = new Reception({
      ...options,
      links,
      now: () => this.#now(),
      onRefused: (address, reason) => this.#emit({ kind: 'peer-refused', address, reason }),
    });
    this.#receiver = {
      mayArrive: (address) => this.#reception.mayArrive(address) && this.#state === 'open',
      onStream: (stream, refused) => this.#accept(stream, refused),
      onShown: (stream) => this.#views.welcome(stream),
      onStranger: (address, reason) => this.#reception.noteRefused(address, reason),
    };
    if (port !== undefined) this.#port = new ListeningPort(port, transport, this.#receiver);
    this.#dialler = new Dialler({
      ...options,
      self,
      port: () => this.port,
      isLinked: (node) => links.find(node) !== undefined,
      onStream: (stream, known) => this.#open(stream, known),
      onFailed: (place, reason, isNews) => {
        if (isNews) this.#emit({ kind: 'peer-failed', place, reason });
        this.#wake();
      },
    });
  }

  /** Its links are with members of its mesh alone. */
  get isMesh(): boolean {
    return this.#options.isMesh;
  }

  /** Where it listens; undefined while it does not. */
  get port(): number | undefined {
    return this.#port?.port;
  }

  get counters(): PeerCounters {
    const { origins: refusedOrigins, foreign } = this.#gossip.refused;
    return {
      ...this.#links.totals,
      foreign: foreign + this.#notices.foreign,
      refusedOrigins,
      refusedLinks: this.#reception.refused,
    };
  }

  /** The links that are open, by the address of the other side. */
  listLinks(): readonly PeerLinkStatus[] {
    return this.#links.list().map(({ link, node, address, clockAheadMs, digest }) => ({
      node,
      address,
      version: link.hello?.version ?? '',
      clockAheadMs,
      services: this.#gossip.countServices(node),
      notices: digest,
    }));
  }

  /** Listens where it may, and dials. Idempotent; never rejects: a port that is another's is tried again. */
  async start(): Promise<void> {
    if (this.#state !== 'new') return;
    this.#state = 'open';
    const { named, remembered } = this.#options;
    this.#nextBeatAt = this.#now() + BEAT_MS;
    this.#dialler.start();
    this.#gossip.renew();
    for (const place of named) this.#dialler.add(place, 'named');
    for (const place of remembered) this.#dialler.add(place, 'remembered');
    await this.#listen();
    this.#tick();
  }

  /** Says goodbye on every link and ends them. Resolves when that has left. Idempotent. */
  async close(): Promise<void> {
    if (this.#state === 'closed') return;
    this.#state = 'closed';
    this.#alarm.cancel();
    this.#dialler.close();
    this.#views.close();
    this.#memory.flush();
    this.#notices.close();
    this.#gossip.leave();
    for (const link of this.#links.listGreeting()) link.hangUp('it ends');
    await Promise.all([...this.#links.list().map(({ link }) => link.close()), this.#port?.close()]);
    this.#links.clear();
    this.#listeners.clear();
    this.#options.onClose?.();
  }

  /** Announces this under the id, in the place of what it stood for before; nothing of it without a service. At once. */
  announce(id: string, service: PeerService | undefined): void {
    if (this.#gossip.set(id, service) && this.#state === 'open') this.#gossip.tellOwn();
  }

  /** Calls back whenever what peers announce may be another; the returned function ends that. Never called within a call of its own. */
  onChange(listener: PeerChangeListener): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** What peers announce of one type. */
  list(type: string, subtype?: string): readonly Instance[] {
    const { isMesh, judge } = this.#options;
    return describeInstances(this.#gossip.list(), type, subtype, {
      isMesh,
      isUsable: (address, isFromThisHost) => judge.isUsable(address, isFromThisHost),
    });
  }

  listTypes(): ReadonlySet<string> {
    return listTypes(this.#gossip.list());
  }

  /** Somebody looks at what members show of themselves, until the returned function is called; nobody is asked before and after. */
  look(onView: () => void): () => void {
    return this.#views.look(onView);
  }

  /** Where those who listen nowhere can show themselves until it is closed: where it listens, else at a port of its own. Rejects where none can be had. */
  async receiveGuests(): Promise<PeerListener> {
    const { port } = this;
    if (port !== undefined) return { port, close: async () => undefined };
    return this.#options.transport.listen(0, this.#receiver);
  }

  /** `looker` says by multicast, or a peer says of it, that somebody looks, and listens there. Who listens himself is asked, and need not come. */
  hearLook(place: PeerPlace, looker: string): void {
    if (this.#state !== 'open' || this.port !== undefined || this.#options.judge.isOwn(place.host)) return;
    this.#views.call(place, looker);
  }

  /** The same by peer links, for those whom no multicast reaches: somebody looks here, and receives them at this port. */
  tellLook(looker: string, port: number): void {
    for (const { link } of this.#links.list()) link.tell({ kind: 'looking', looker, port });
  }

  /** What this process shows members is another now, in more than its numbers: those who look are told. */
  change(): void {
    this.#views.change();
  }

  /** What members show, while somebody looks. */
  listViews(): readonly PeerView[] {
    return this.#views.list();
  }

  /** How many instances multicast brings now: where it brings none, those who are remembered are asked. */
  hearByMulticast(instances: number): void {
    if (this.#dialler.hearByMulticast(instances)) this.#wake();
  }

  /** Who was heard by multicast can be asked at this place. */
  meet(place: PeerPlace): void {
    if (this.#options.judge.isOwn(place.host)) return;
    if (this.#dialler.meet(place) && this.#state === 'open' && this.#links.size > 0) this.#gossip.gather();
    this.#views.meet(place);
    this.#memory.keep(place, false, this.#now());
    this.#wake();
  }

  /** Who was there is no longer heard of by multicast. */
  ask(place: PeerPlace): void {
    if (this.#state !== 'open' || this.#options.judge.isOwn(place.host)) return;
    this.#dialler.ask(place);
    this.#wake();
  }

  /** An announcer, who listens there, says that this is what it knows of what keepers have said. `announcer`: the same by all of its addresses. */
  hearDigest(place: PeerPlace, announcer: string, digest: string): void {
    if (this.#state === 'open' && this.#notices.isNews(announcer, digest, this.#now())) this.ask(place);
  }

  #now(): number {
    return this.#options.clock.now();
  }

  #emit(event: PeerEvent): void {
    if (this.#state !== 'closed') this.#options.onEvent?.(event);
  }

  /** Looks at what is due after everything that is going on. */
  #wake(): void {
    if (this.#state !== 'open') return;
    const now = this.#now();
    const at = Math.min(
      this.#nextBeatAt,
      this.#gossip.nextDeadline(),
      this.#dialler.nextDeadline(now),
      this.#memory.nextDeadline(),
      this.#links.nextDeadline(),
    );
    this.#alarm.set(Math.max(at, now + TICK_MS));
  }

  #tick(): void {
    if (this.#state !== 'open') return;
    const now = this.#now();
    this.#links.advance(now);
    this.#gossip.advance(now);
    if (now >= this.#nextBeatAt) this.#beat(now);
    this.#memory.advance(now);
    this.#dialler.advance(now);
    this.#wake();
  }

  #beat(now: number): void {
    this.#nextBeatAt = now + BEAT_MS;
    this.#dropForeignLinks();
    this.#gossip.beat();
    if (this.#port !== undefined && this.#port.port !== this.#port.wanted) void this.#listen();
    this.#reception.advance(now);
  }

  /** An address that this machine has no more carries nothing. */
  #dropForeignLinks(): void {
    for (const { link } of this.#links.list()) {
      if (!this.#options.judge.isOwn(link.stream.localAddress)) link.hangUp('this machine has another address now');
    }
  }

  async #listen(): Promise<void> {
    const listening = this.#port;
    if (listening === undefined || !(await listening.open())) return;
    const { port, wanted, failure } = listening;
    if (port !== wanted) {
      // Whoever of this machine has it may be a peer like any, and may be somebody else: it is dialled some times.
      const [host] = this.#options.addresses();
      if (host !== undefined) this.#dialler.add({ host, port: wanted }, 'told');
    }
    if (port !== wanted || this.#hasToldPort) this.#emit({ kind: 'peer-port', port, wanted, reason: failure });
    this.#hasToldPort = port !== wanted;
    this.#wake();
  }

  #accept(stream: PeerStream, refused: RefusedLine | undefined): void {
    if (this.#state !== 'open') {
      stream.destroy();
      return;
    }
    this.#links.makeRoom();
    this.#open(stream, undefined, refused);
  }

  #open(stream: PeerStream, known: KnownPlace | undefined, refused?: RefusedLine): void {
    const { node, version, clock } = this.#options;
    const hello: HelloLine = {
      kind: 'hello',
      node,
      version,
      wall: Math.round(clock.wallClock()),
      ...(this.port === undefined ? {} : { port: this.port }),
    };
    const link: PeerLink = new PeerLink(stream, refused ?? hello, {
      isOurs: known !== undefined,
      now: () => this.#now(),
      events: {
        greeted: (theirs) => this.#greet(link, theirs, known),
        line: (line) => this.#take(link, line),
        ended: (reason) => this.#end(link, known, reason),
      },
    });
    if (!link.isOver) this.#links.enter(link);
    this.#wake();
  }

  #greet(link: PeerLink, hello: HelloLine, known: KnownPlace | undefined): void {
    const { node } = hello;
    const { judge, clock } = this.#options;
    if (known !== undefined) this.#dialler.noteLinked(known, node);
    if (hello.visit === true && this.#options.isMesh && node !== this.#options.node) {
      this.#links.dismiss(link);
      this.#views.receive(link);
      return;
    }
    const before = this.#findSame(link, node)[0];
    if (node === this.#options.node || !this.#isKept(link, node)) {
      this.#links.dismiss(link);
      void link.close();
      return;
    }
    const linked = new Linked(link, node, hello.wall - Math.round(clock.wallClock()), before);
    this.#links.admit(linked);
    const place = placeOf(link, hello);
    if (place !== undefined) this.#memory.keep(place, this.port !== undefined, this.#now());
    if (known?.origin === 'named') judge.noteNamed(linked.address);
    // By another address it is no other machine.
    if (before === undefined) {
      this.#emit({ kind: 'peer-linked', node, address: linked.toldAs, links: this.#links.size });
    }
    this.#notices.welcome(linked);
    this.#gossip.welcome(linked);
    this.#wake();
  }

  /**
   * Of two links between two nodes, the one that the node with the lower number dialled stays; of two that one of them dialled, the later.
   * In open mode anybody could claim a number: there only links with one address are one.
   */
  #isKept(link: PeerLink, node: string): boolean {
    for (const linked of this.#findSame(link, node)) {
      const staysOurs = this.#options.node < node;
      if (linked.link.isOurs !== link.isOurs && linked.link.isOurs === staysOurs) return false;
      this.#forget(linked);
      void linked.link.close();
    }
    return true;
  }

  #findSame(link: PeerLink, node: string): readonly Linked[] {
    const { isMesh } = this.#options;
    return this.#links
      .list()
      .filter((linked) => linked.node === node && (isMesh || linked.address === link.stream.remoteAddress));
  }

  #end(link: PeerLink, known: KnownPlace | undefined, reason: string): void {
    const linked = this.#links.get(link);
    this.#links.dismiss(link);
    if (this.#state === 'closed' || this.#views.forgetGuest(link)) return;
    if (linked !== undefined) {
      this.#forget(linked);
      this.#emit({ kind: 'peer-lost', node: linked.node, address: linked.toldAs, reason, links: this.#links.size });
      this.#gossip.gather();
      if (known !== undefined) this.#dialler.noteLost(known);
    } else if (known !== undefined) this.#dialler.noteFailed(known, reason);
    else this.#reception.noteRefused(link.stream.remoteAddress, reason);
    this.#wake();
  }

  #forget(linked: Linked): void {
    this.#views.forget(linked.link);
    if (this.#links.remove(linked)) this.#gossip.detach(linked);
  }

  /** Who has links with two that have none passes it on, once. */
  #takeLooking(linked: Linked, { looker, host, port }: PeerLine & { readonly kind: 'looking' }): void {
    const { isMesh, judge } = this.#options;
    if (!isMesh || !linked.mayTellOfLook(this.#now())) return;
    const place = { host: host ?? linked.address, port };
    if (host !== undefined && !judge.mayDial(host, linked.address)) return;
    this.hearLook(place, looker);
    // An address with a zone means nothing elsewhere.
    if (host !== undefined || place.host.includes('%')) return;
    for (const { link, node } of this.#links.list()) {
      if (node !== linked.node && link.hello?.port === undefined) link.tell({ kind: 'looking', looker, ...place });
    }
  }

  #take(link: PeerLink, line: PeerLine): void {
    const linked = this.#links.get(link);
    if (linked === undefined) {
      if (this.#views.takeGuest(link, line)) return;
      if (line.kind === 'refused' && line.notice !== undefined) this.#notices.takeAlone(line.notice);
      return;
    }
    switch (line.kind) {
      case 'state':
      case 'beat':
      case 'bye':
        this.#gossip.take(linked, line);
        break;
      case 'links':
        this.#gossip.takeLinks(linked, line);
        break;
      case 'peers':
        linked.notePeers(line.peers);
        this.#dialler.hear(line, linked.address);
        break;
      case 'notices':
        this.#notices.take(linked, line);
        break;
      case 'look':
        this.#views.answer(linked.views);
        return;
      case 'looking':
        this.#takeLooking(linked, line);
        return;
      case 'view':
        this.#views.take(link, line.shows);
        return;
      case 'examine':
        this.#examinations.begin(linked, line, this.#now());
        break;
      case 'refused':
        link.hangUp(line.reason);
        break;
      case 'hello':
      case 'facts':
      case 'outcome':
      case 'dialled':
        return;
      default:
        line satisfies never;
    }
    this.#wake();
  }
}
