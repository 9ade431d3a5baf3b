import type { Publication, PublicationEvent, ServiceChange, ServiceOptions, Txt } from '@mdns-ambassador/mdns';
import type { PeerNode } from './peer-node.ts';
import { PEER_TXT_KEY } from './rules/line.ts';

/** What publishes for announcers: an mDNS node, or somebody else's responder. */
export interface PeerPublisher {
  publish(service: ServiceOptions, onEvent: (event: PublicationEvent) => void): Publication;
}

/** Tells peers of what this publisher announces, while it does and under the name that it has there; TXT `peer` says where we listen. */
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
  #isAnnounced = false;

  constructor(
    service: ServiceOptions,
    id: string,
    publisher: PeerPublisher,
    peers: PeerNode,
    onEvent: (event: PublicationEvent) => void,
  ) {
    this.#id = id;
    this.#peers = peers;
    this.#service = this.#mark(service);
    let isMade = false;
    this.#inner = publisher.publish(this.#service, (event) => {
      if (!isOfAlias(event)) this.#isAnnounced = event.kind === 'announced' && event.interfaces.length > 0;
      // The first may come while it is being made.
      if (isMade) this.#tell();
      onEvent(event);
    });
    isMade = true;
    this.#tell();
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

  update(change: ServiceChange): void {
    const marked = change.txt === undefined ? change : { ...change, txt: this.#markTxt(change.txt) };
    this.#service = { ...this.#service, ...marked };
    this.#inner.update(marked);
    if (this.#isAnnounced) this.#tell();
  }

  withdraw(): void {
    this.#isAnnounced = false;
    this.#tell();
    this.#inner.withdraw();
  }

  announce(): void {
    this.#inner.announce();
  }

  async close(): Promise<void> {
    this.#isAnnounced = false;
    this.#tell();
    await this.#inner.close();
  }

  #mark(service: ServiceOptions): ServiceOptions {
    return { ...service, txt: this.#markTxt(service.txt ?? new Map()) };
  }

  #markTxt(txt: Txt): Txt {
    const { port } = this.#peers;
    return port === undefined ? txt : new Map([...txt, [PEER_TXT_KEY, new TextEncoder().encode(`${port}`)]]);
  }

  #tell(): void {
    if (!this.#isAnnounced) {
      this.#peers.announce(this.#id, undefined);
      return;
    }
    const { type, subtypes = [], port, priority = 0, weight = 0, txt = new Map() } = this.#service;
    const { name, host } = this.#inner;
    this.#peers.announce(this.#id, { name, type, subtypes, host, port, priority, weight, txt });
  }
}

/** Peers are told of the service, under the name that its host always has. */
function isOfAlias({ kind }: PublicationEvent): boolean {
  return kind === 'alias-announced' || kind === 'alias-renamed' || kind === 'alias-lost';
}
