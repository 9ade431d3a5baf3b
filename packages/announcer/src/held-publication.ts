import type { Publication, PublicationEvent, ServiceChange, ServiceOptions } from '@mdns-ambassador/mdns';

/** What an mDNS node does for announcements. */
export interface Publisher {
  publish(service: ServiceOptions, onEvent: (event: PublicationEvent) => void): Publication;
}

/**
 * A service whose name is claimed from the start and which is announced only while it is said to be up, on the interfaces
 * where it can be reached.
 */
export class HeldPublication {
  readonly #publisher: Publisher;
  readonly #onEvent: (event: PublicationEvent) => void;
  #service: ServiceOptions;
  #publication: Publication;
  #isClosed = false;

  /** Claims the name at once. */
  constructor(service: ServiceOptions, publisher: Publisher, onEvent: (event: PublicationEvent) => void) {
    this.#service = service;
    this.#publisher = publisher;
    this.#onEvent = onEvent;
    this.#publication = this.#hold();
  }

  /** The name now, after conflicts. */
  get name(): string {
    return this.#publication.name;
  }

  /** The SRV target. */
  get host(): string {
    return this.#publication.host;
  }

  /** One more name of the host as it is now, `web-2.local`. */
  get alias(): string | undefined {
    return this.#publication.alias;
  }

  /** Peers that are told of it. */
  get peers(): number {
    return this.#publication.peers ?? 0;
  }

  /** Names of the interfaces where it is announced now. */
  get announcedOn(): readonly string[] {
    const { state } = this.#publication;
    return state.kind === 'announced' ? state.interfaces : [];
  }

  /** Announces on these interfaces, or on all; no-op where it is announced. Other interfaces than before cost a new claim. */
  async announce(interfaces: readonly string[] | undefined): Promise<void> {
    if (!isSameSet(interfaces, this.#service.interfaces)) {
      const { interfaces: _interfaces, alias: _alias, ...service } = this.#service;
      const alias = this.alias?.replace(/\.local$/, '');
      this.#service = {
        ...service,
        name: this.name,
        ...(alias === undefined ? {} : { alias }),
        ...(interfaces === undefined ? {} : { interfaces }),
      };
      await this.#publication.close();
      if (this.#isClosed) return;
      this.#publication = this.#hold();
    }
    this.#publication.announce();
  }

  /** Says goodbye and keeps the name. */
  withdraw(): void {
    this.#publication.withdraw();
  }

  /** Tells of other data without a goodbye; its name, its type and its interfaces stay. */
  update(change: ServiceChange): void {
    this.#service = { ...this.#service, ...change };
    this.#publication.update(change);
  }

  /** Goodbye; nothing is announced after this. Idempotent. */
  close(): Promise<void> {
    this.#isClosed = true;
    return this.#publication.close();
  }

  #hold(): Publication {
    const publication = this.#publisher.publish(this.#service, this.#onEvent);
    publication.withdraw();
    return publication;
  }
}

function isSameSet(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return a.length === b.length && a.every((name) => b.includes(name));
}
