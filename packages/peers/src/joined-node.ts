import type { Browse, BrowseEvent, BrowseOptions, Clock, Instance, MdnsNode } from '@mdns-ambassador/mdns';
import { publishToPeers } from './joined-publication.ts';
import type { PeerNode } from './peer-node.ts';
import { JoinedInstances } from './rules/joined-instances.ts';
import { MESH_TXT_KEY, PEER_TXT_KEY, type PeerPlace } from './rules/line.ts';
import { SILENCE_MS } from './rules/table.ts';

export interface JoinedNodeOptions {
  readonly mdns: MdnsNode;
  readonly peers: PeerNode;
  readonly clock: Clock;
}

/** What is browsed of a node. */
type BrowsingNode = Pick<MdnsNode, 'browse' | 'verify'>;

/** Sees what peers tell, and nothing else. What they tell is not asked for: they say when it changes. */
export function createPeerBrowser(peers: PeerNode, clock: Clock): BrowsingNode {
  const nothing: BrowsingNode = { browse: () => ({ close: () => undefined }), verify: () => undefined };
  const heard = { set: () => undefined, remove: () => undefined };
  return {
    browse: (options, onEvent) => new JoinedBrowse(options, { mdns: nothing, peers, clock, heard, onEvent }),
    verify: () => undefined,
  };
}

/**
 * An mDNS node that sees and announces by peer links, too: what both see is one instance. It starts and closes both; what it is asked for
 * beyond that is mDNS's own.
 */
export function joinPeers({ mdns, peers, clock }: JoinedNodeOptions): MdnsNode {
  const publisher = publishToPeers(mdns, peers);
  const heard = new MulticastBrowses(peers);
  return {
    get counters() {
      return mdns.counters;
    },
    async start() {
      await mdns.start();
      await peers.start();
    },
    publish: (service, onEvent = () => undefined) => publisher.publish(service, onEvent),
    browse: (options, onEvent) => new JoinedBrowse(options, { mdns, peers, clock, heard, onEvent }),
    browseTypes: (onType) => browseTypes(mdns, peers, clock, onType),
    // Of who is silent, peers know nothing after that.
    remainingMs: (instance) => (instance.source === undefined ? mdns.remainingMs(instance) : SILENCE_MS),
    unresolved: (type) => mdns.unresolved(type),
    verify: (type, name) => mdns.verify(type, name),
    async close() {
      await Promise.all([peers.close(), mdns.close()]);
    },
  };
}

/** What all browses of a node hear by multicast. */
class MulticastBrowses {
  readonly #peers: PeerNode;
  readonly #counts = new Map<object, number>();

  constructor(peers: PeerNode) {
    this.#peers = peers;
  }

  set(browse: object, count: number): void {
    this.#counts.set(browse, count);
    this.#tell();
  }

  remove(browse: object): void {
    this.#counts.delete(browse);
    this.#tell();
  }

  #tell(): void {
    this.#peers.hearByMulticast([...this.#counts.values()].reduce((sum, count) => sum + count, 0));
  }
}

interface JoinedBrowseContext {
  readonly mdns: BrowsingNode;
  readonly peers: PeerNode;
  readonly clock: Clock;
  readonly heard: Pick<MulticastBrowses, 'set' | 'remove'>;
  readonly onEvent: (event: BrowseEvent) => void;
}

class JoinedBrowse implements Browse {
  readonly #options: BrowseOptions;
  readonly #context: JoinedBrowseContext;
  readonly #instances = new JoinedInstances();
  readonly #inner: Browse;
  readonly #unlisten: () => void;
  readonly #cancelFirst: () => void;
  #cancel: () => void = () => undefined;
  #isClosed = false;

  constructor(options: BrowseOptions, context: JoinedBrowseContext) {
    const { mdns, peers, clock, heard } = context;
    this.#options = options;
    this.#context = context;
    this.#inner = mdns.browse(options, (event) => {
      this.#note(event);
      const { events } = this.#instances.hear(event, clock.now());
      heard.set(this, this.#instances.heard);
      this.#tell(events);
    });
    this.#unlisten = peers.onChange((lost) => this.#takePeers(lost));
    this.#cancelFirst = clock.after(0, () => this.#takePeers('expired'));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#cancelFirst();
    this.#cancel();
    this.#unlisten();
    this.#inner.close();
    this.#context.heard.remove(this);
  }

  #takePeers(lost: 'goodbye' | 'expired'): void {
    if (this.#isClosed) return;
    const { mdns, peers, clock } = this.#context;
    const { type, subtype } = this.#options;
    const { events, doubted } = this.#instances.tell(peers.list(type, subtype), lost, clock.now());
    for (const name of doubted) mdns.verify(type, name);
    this.#tell(events);
  }

  #tell(events: readonly BrowseEvent[]): void {
    for (const event of events) if (!this.#isClosed) this.#context.onEvent(event);
    this.#setTimer();
  }

  #setTimer(): void {
    const { clock } = this.#context;
    const at = this.#instances.nextDeadline();
    if (this.#isClosed || at === Number.POSITIVE_INFINITY) return;
    this.#cancel();
    this.#cancel = clock.after(Math.max(0, at - clock.now()), () => this.#tell(this.#instances.advance(clock.now())));
  }

  /** Where an announcer listens for peers is remembered, and asked when multicast loses it. */
  #note(event: BrowseEvent): void {
    const { peers } = this.#context;
    const place = readPeerPlace(event.instance);
    // A mesh links its members alone: who has no key is turned away there.
    if (place === undefined || (!peers.isMesh && event.instance.txt.has(MESH_TXT_KEY))) return;
    if (event.kind !== 'removed') peers.meet(place);
    else if (event.lost !== 'goodbye') peers.ask(place);
  }
}

function readPeerPlace({ txt, announcer, addresses }: Instance): PeerPlace | undefined {
  const value = txt.get(PEER_TXT_KEY);
  if (value === undefined || value === true || addresses.some(({ isFromThisHost }) => isFromThisHost)) return undefined;
  const text = new TextDecoder().decode(value);
  const port = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  return port >= 1 && port <= 65_535 ? { host: announcer, port } : undefined;
}

/** Each type once, whoever tells of it. */
function browseTypes(mdns: MdnsNode, peers: PeerNode, clock: Clock, onType: (type: string) => void): Browse {
  const told = new Set<string>();
  let isClosed = false;
  const tell = (type: string): void => {
    if (isClosed || told.has(type.toLowerCase())) return;
    told.add(type.toLowerCase());
    onType(type);
  };
  const look = (): void => {
    for (const type of peers.listTypes()) tell(type);
  };
  const inner = mdns.browseTypes(tell);
  const unlisten = peers.onChange(look);
  const cancel = clock.after(0, look);
  return {
    close() {
      isClosed = true;
      cancel();
      unlisten();
      inner.close();
    },
  };
}
