import { isDeepStrictEqual } from 'node:util';
import type {
  Publication,
  PublicationEvent,
  PublicationState,
  ServiceChange,
  ServiceOptions,
} from '@mdns-ambassador/mdns';
import { type Clock, Turns } from '@mdns-ambassador/relay';

/** After something failed. */
const RETRY_MS = 2_000;

export interface AlignedPublicationContext {
  readonly clock: Clock;
  /** Never called within a call. */
  onEvent(event: PublicationEvent): void;
  /** Publishing failed, and is tried again. */
  failed(name: string, error: unknown): void;
}

/** A service that somebody else publishes for us: what we want of it is kept here, and brought about one step at a time. */
export abstract class AlignedPublication implements Publication {
  readonly #context: AlignedPublicationContext;
  readonly #turns = new Turns(() => this.#takeTurn());
  #service: ServiceOptions;
  #wish: 'announced' | 'held' | 'closed' = 'announced';
  #announcedOn: readonly string[] = [];
  #cancelRetry: () => void = () => undefined;

  constructor(service: ServiceOptions, context: AlignedPublicationContext) {
    this.#service = service;
    this.#context = context;
  }

  abstract get host(): string;

  /** Brings about what is wanted now; undefined: it is to be gone. One call at a time. What it rejects with is told, and tried again. */
  protected abstract bringAbout(wanted: ServiceOptions | undefined): Promise<void>;

  get name(): string {
    return this.#service.name;
  }

  get state(): PublicationState {
    switch (this.#wish) {
      case 'closed':
        return { kind: 'closed' };
      case 'held':
        return { kind: 'held' };
      case 'announced':
        return this.#announcedOn.length === 0
          ? { kind: 'probing' }
          : { kind: 'announced', interfaces: this.#announcedOn };
      default:
        return this.#wish satisfies never;
    }
  }

  update(change: ServiceChange): void {
    this.#service = { ...this.#service, ...change };
    this.align();
  }

  withdraw(): void {
    if (this.#wish !== 'announced') return;
    this.#wish = 'held';
    this.#announcedOn = [];
    this.#tell({ kind: 'withdrawn', name: this.name });
    this.align();
  }

  announce(): void {
    if (this.#wish !== 'held') return;
    this.#wish = 'announced';
    this.align();
  }

  async close(): Promise<void> {
    if (this.#wish !== 'closed') {
      this.noteLost();
      this.#wish = 'closed';
      this.#cancelRetry();
      this.align();
    }
    await this.#turns.settle();
  }

  /** Brings about what is wanted, in a turn of its own: called when that, or what it depends on, has changed. */
  align(): void {
    this.#turns.request();
  }

  protected get isWanted(): boolean {
    return this.#wish === 'announced';
  }

  /** The service is announced on exactly these interfaces now. */
  protected noteAnnounced(interfaces: readonly string[]): void {
    if (isDeepStrictEqual(interfaces, this.#announcedOn)) return;
    this.#announcedOn = interfaces;
    if (this.isWanted) this.#tell({ kind: 'announced', name: this.name, interfaces });
  }

  /** The service is announced no more. */
  protected noteLost(): void {
    if (this.#announcedOn.length > 0 && this.isWanted) this.#tell({ kind: 'withdrawn', name: this.name });
    this.forgetAnnounced();
  }

  /** As `noteLost`, without an event: the caller tells. */
  protected forgetAnnounced(): void {
    this.#announcedOn = [];
  }

  /** RFC 6762 9: it has another name from now on. */
  protected noteRenamed(to: string): void {
    const from = this.name;
    this.#service = { ...this.#service, name: to };
    this.forgetAnnounced();
    if (this.#wish !== 'closed') this.#tell({ kind: 'renamed', from, to });
  }

  protected retryLater(): void {
    this.#cancelRetry();
    if (this.#wish !== 'closed') this.#cancelRetry = this.#context.clock.after(RETRY_MS, () => this.align());
  }

  async #takeTurn(): Promise<void> {
    try {
      await this.bringAbout(this.isWanted ? this.#service : undefined);
    } catch (error) {
      if (this.#wish === 'closed') return;
      this.#context.failed(this.name, error);
      this.retryLater();
    }
  }

  #tell(event: PublicationEvent): void {
    queueMicrotask(() => this.#context.onEvent(event));
  }
}
