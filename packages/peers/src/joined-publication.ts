import type { Publication, PublicationEvent, ServiceChange, ServiceOptions, Txt } from '@mdns-ambassador/mdns';
import type { PeerNode } from './peer-node.ts';
import { PEER_TXT_KEY } from './rules/line.ts';

/** What publishes for announcers: an mDNS node, or somebody else's responder. */
export interface PeerPublisher {
  publish(service: ServiceOptions, onEvent: (event: PublicationEvent) => void): Publication;
}

/** Tells peers of what this publisher is to announce, under the name that it has there, also while the link is silent; TXT `peer` says where we listen. */
export function publishToPeers(publisher: PeerPublisher, peers: PeerNode): PeerPublisher {
  let count = 0;
  return {
    publish(service, onEvent) {
      count += 1;
      return new JoinedPublication(service, `${count}`, publisher, peers, onEvent);
    },
  };
}

class JoinedPublication implements Publication {
  readonly #id: string;
  readonly #peers: PeerNode;
  readonly #inner: Publication;
  #service: ServiceOptions;

  constructor(
    service: ServiceOptions,
    id: string,
    publisher: PeerPublisher,
    peers: PeerNode,
    onEvent: (event: PublicationEvent) => void,
  ) {
    this.#id = id;
    this.#peers = peers;
    this.#service = { ...service, txt: this.#markTxt(service.txt) };
    let isMade = false;
    this.#inner = publisher.publish(this.#service, (event) => {
      // The first may come while it is being made.
      if (isMade) this.#tell();
      onEvent(event);
    });
    isMade = true;
    // Who makes one that is to be held says so next.
    queueMicrotask(() => this.#tell());
  }

  get name(): string {
    return this.#inner.name;
  }

  get state(): Publication['state'] {
    return this.#inner.state;
  }

  get host(): string {
    return this.#inner.host;
  }

  get alias(): string | undefined {
    return this.#inner.alias;
  }

  get peers(): number {
    return this.#isTold ? this.#peers.listLinks().length : 0;
  }

  update(change: ServiceChange): void {
    const marked = change.txt === undefined ? change : { ...change, txt: this.#markTxt(change.txt) };
    this.#service = { ...this.#service, ...marked };
    this.#inner.update(marked);
    this.#tell();
  }

  withdraw(): void {
    this.#inner.withdraw();
    this.#tell();
  }

  announce(): void {
    this.#inner.announce();
    this.#tell();
  }

  async close(): Promise<void> {
    const closed = this.#inner.close();
    this.#tell();
    await closed;
  }

  #markTxt(txt: Txt = new Map()): Txt {
    const { port } = this.#peers;
    return port === undefined ? txt : new Map([...txt, [PEER_TXT_KEY, new TextEncoder().encode(`${port}`)]]);
  }

  /** Where nothing can be sent to the link, its name is never claimed there: peers are told all the same. */
  get #isTold(): boolean {
    const { kind } = this.#inner.state;
    return kind === 'announced' || kind === 'probing';
  }

  #tell(): void {
    if (!this.#isTold) {
      this.#peers.announce(this.#id, undefined);
      return;
    }
    const { type, subtypes = [], port, priority = 0, weight = 0, txt = new Map() } = this.#service;
    const { name, host } = this.#inner;
    this.#peers.announce(this.#id, { name, type, subtypes, host, port, priority, weight, txt });
  }
}
