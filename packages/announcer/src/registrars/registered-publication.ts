import type {
  NetworkInterface,
  Publication,
  PublicationEvent,
  PublicationState,
  ServiceChange,
  ServiceOptions,
} from '@mdns-ambassador/mdns';
import type { EntryEvent, HeldEntry, Registry } from '@mdns-ambassador/registries';
import { nameEntry, writeEntryValue } from './entry.ts';
import { findOwnAddress, type OwnAddress } from './own-address.ts';
import type { RegistrarEvent } from './registrar.ts';

type WithoutRegistry<Event> = Event extends unknown ? Omit<Event, 'registry'> : never;

export interface RegisteredPublicationContext {
  readonly registry: Registry;
  readonly folder: string;
  /** Of this start of the process. */
  readonly startId: string;
  interfaces(): readonly NetworkInterface[];
  onEvent(event: PublicationEvent): void;
  tell(fact: WithoutRegistry<RegistrarEvent>): void;
  /** It is closed; nothing of it is to be kept. */
  onClose(): void;
}

/** One service in a registry: its entry follows the service's data and this machine's address. */
export class RegisteredPublication implements Publication {
  readonly #context: RegisteredPublicationContext;
  readonly #entryPath: string;
  readonly #entry: HeldEntry;
  #service: ServiceOptions;
  #isWanted = true;
  #isClosed = false;
  #own: OwnAddress | undefined;
  /** What was told last of where it stands. */
  #told = '';
  #announcedOn: readonly string[] = [];

  constructor(service: ServiceOptions, context: RegisteredPublicationContext) {
    this.#service = service;
    this.#context = context;
    const name = nameEntry(service, context.startId);
    this.#entryPath = `${context.folder}/${name}`;
    this.#entry = context.registry.hold(context.folder, name, (event) => this.#take(event));
    // Who withdraws it at once has only claimed the name.
    queueMicrotask(() => this.align());
  }

  get name(): string {
    return this.#service.name;
  }

  /** The address that it is written with. */
  get host(): string {
    return this.#own?.address ?? '';
  }

  get state(): PublicationState {
    if (this.#isClosed) return { kind: 'closed' };
    if (!this.#isWanted) return { kind: 'held' };
    return this.#announcedOn.length === 0 ? { kind: 'probing' } : { kind: 'announced', interfaces: this.#announcedOn };
  }

  update(change: ServiceChange): void {
    this.#service = { ...this.#service, ...change };
    this.align();
  }

  withdraw(): void {
    if (this.#isClosed || !this.#isWanted) return;
    this.#isWanted = false;
    this.#context.onEvent({ kind: 'withdrawn', name: this.name });
    this.#leave();
    void this.#entry.withdraw();
  }

  announce(): void {
    if (this.#isClosed || this.#isWanted) return;
    this.#isWanted = true;
    this.align();
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      if (this.#announcedOn.length > 0) this.#context.onEvent({ kind: 'withdrawn', name: this.name });
      this.#leave();
      this.#context.onClose();
    }
    await this.#entry.release();
  }

  /** Writes what is to stand there now; no-op where it does. */
  align(): void {
    if (this.#isClosed || !this.#isWanted) return;
    const own = findOwnAddress(this.#context.interfaces(), this.#service.interfaces);
    const isNew = own?.address !== this.#own?.address;
    this.#own = own;
    if (own !== undefined) {
      this.#entry.write(writeEntryValue(this.#service, own.address));
      return;
    }
    if (isNew) void this.#entry.withdraw();
    this.#announcedOn = [];
    this.#tellFailure('no network interface that is up has an address which others could reach');
  }

  #take(event: EntryEvent): void {
    if (this.#isClosed || !this.#isWanted) return;
    switch (event.kind) {
      case 'written':
        this.#noteWritten();
        return;
      case 'lost':
        this.#leave();
        this.#tellFailure(event.reason);
        return;
      default:
        event satisfies never;
    }
  }

  #noteWritten(): void {
    if (this.#own === undefined) return;
    const { address, interfaceName } = this.#own;
    const { port } = this.#service;
    const told = `at ${address} ${port}`;
    if (told === this.#told) return;
    this.#told = told;
    this.#announcedOn = [interfaceName];
    this.#context.onEvent({ kind: 'announced', name: this.name, interfaces: this.#announcedOn });
    this.#context.tell({ kind: 'registered', name: this.name, entry: this.#entryPath, address, port });
  }

  #leave(): void {
    this.#announcedOn = [];
    this.#told = '';
  }

  #tellFailure(reason: string): void {
    if (this.#told === reason) return;
    this.#told = reason;
    this.#context.tell({ kind: 'register-failed', name: this.name, reason });
  }
}
