import type {
  Publication,
  PublicationEvent,
  PublicationState,
  ServiceChange,
  ServiceOptions,
} from '@mdns-ambassador/mdns';
import type { Publisher } from '../src/held-publication.ts';

/** Announces as soon as it is asked to; `calls` tells what it was asked, in order. */
export class FakePublisher implements Publisher {
  readonly calls: string[] = [];
  readonly published: FakePublication[] = [];
  readonly #interfaces: readonly string[];

  constructor(interfaces: readonly string[] = ['eth0']) {
    this.#interfaces = interfaces;
  }

  get last(): FakePublication {
    const last = this.published.at(-1);
    if (last === undefined) throw new Error('nothing was published');
    return last;
  }

  publish(service: ServiceOptions, onEvent: (event: PublicationEvent) => void): Publication {
    const publication = new FakePublication(service, service.interfaces ?? this.#interfaces, onEvent, this.calls);
    this.published.push(publication);
    return publication;
  }
}

export class FakePublication implements Publication {
  readonly service: ServiceOptions;
  readonly host = 'h1-k3x9.local';
  name: string;
  state: PublicationState = { kind: 'probing' };
  peers: number | undefined;
  readonly #interfaces: readonly string[];
  readonly #onEvent: (event: PublicationEvent) => void;
  readonly #calls: string[];

  constructor(
    service: ServiceOptions,
    interfaces: readonly string[],
    onEvent: (event: PublicationEvent) => void,
    calls: string[],
  ) {
    this.service = service;
    this.name = service.name;
    this.#interfaces = interfaces;
    this.#onEvent = onEvent;
    this.#calls = calls;
    calls.push('publish');
  }

  rename(to: string): void {
    const from = this.name;
    this.name = to;
    this.#onEvent({ kind: 'renamed', from, to });
  }

  /** As the node tells of interfaces that come and go. */
  moveTo(interfaces: readonly string[]): void {
    this.state = { kind: 'announced', interfaces };
    this.#onEvent({ kind: 'announced', name: this.name, interfaces });
  }

  update(change: ServiceChange): void {
    const state = new TextDecoder().decode(change.txt?.get('st') as Uint8Array);
    this.#calls.push(`update st=${state}`);
  }

  withdraw(): void {
    if (this.state.kind === 'held' || this.state.kind === 'closed') return;
    this.#calls.push(this.state.kind === 'announced' ? 'goodbye' : 'hold');
    this.state = { kind: 'held' };
    this.#onEvent({ kind: 'withdrawn', name: this.name });
  }

  announce(): void {
    if (this.state.kind !== 'held') return;
    this.#calls.push('announce');
    this.moveTo(this.#interfaces);
  }

  async close(): Promise<void> {
    if (this.state.kind === 'closed') return;
    this.#calls.push(this.state.kind === 'announced' ? 'goodbye, close' : 'close');
    this.state = { kind: 'closed' };
  }
}
