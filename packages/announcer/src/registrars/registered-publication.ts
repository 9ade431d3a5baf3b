import type { NetworkInterface, ServiceOptions } from '@mdns-ambassador/mdns';
import type { EntryEvent, HeldEntry, Registry } from '@mdns-ambassador/registries';
import { AlignedPublication, type AlignedPublicationContext } from '../aligned-publication.ts';
import { nameEntry, writeEntryValue } from './entry.ts';
import type { RegistrarFact } from './registrar-event.ts';
import { findSharedAddress, type SharedAddress } from './shared-address.ts';

export interface RegisteredPublicationContext extends AlignedPublicationContext {
  readonly registry: Registry;
  readonly folder: string;
  /** Of this start of the process. */
  readonly startId: string;
  interfaces(): readonly NetworkInterface[];
  tell(fact: RegistrarFact): void;
}

/** What was told last of the entry. */
type ToldEntry =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'registered'; readonly address: string; readonly port: number }
  | { readonly kind: 'failed'; readonly reason: string };

/** One service in a registry: its entry follows the service's data and this machine's address. */
export class RegisteredPublication extends AlignedPublication {
  readonly #context: RegisteredPublicationContext;
  readonly #entryPath: string;
  readonly #entry: HeldEntry;
  /** What the entry was told to hold. */
  #written: { readonly own: SharedAddress; readonly port: number } | undefined;
  #told: ToldEntry = { kind: 'nothing' };

  constructor(service: ServiceOptions, context: RegisteredPublicationContext) {
    super(service, context);
    this.#context = context;
    const name = nameEntry(service, context.startId);
    this.#entryPath = `${context.folder}/${name}`;
    this.#entry = context.registry.hold(context.folder, name, (event) => this.#take(event));
  }

  /** The address that it is written with. */
  get host(): string {
    return this.#written?.own.address ?? '';
  }

  protected async bringAbout(wanted: ServiceOptions | undefined): Promise<void> {
    if (wanted === undefined) return await this.#leave();
    const own = findSharedAddress(this.#context.interfaces(), wanted.interfaces, wanted.family);
    if (own === undefined) {
      await this.#leave();
      this.#tellFailure('no network interface that is up has an address which others could reach');
      return;
    }
    this.#written = { own, port: wanted.port };
    this.#entry.write(writeEntryValue(wanted, own.address));
  }

  /** A registry that is silent holds up who closes, and nobody else. */
  async #leave(): Promise<void> {
    const wasWritten = this.#written !== undefined;
    this.#written = undefined;
    this.forgetAnnounced();
    if (!this.isWanted) this.#told = { kind: 'nothing' };
    if (this.state.kind === 'closed') await this.#entry.release();
    else if (wasWritten) void this.#entry.withdraw();
  }

  #take(event: EntryEvent): void {
    if (!this.isWanted) return;
    switch (event.kind) {
      case 'written':
        this.#noteWritten();
        return;
      case 'lost':
        this.forgetAnnounced();
        this.#tellFailure(event.reason);
        return;
      default:
        event satisfies never;
    }
  }

  #noteWritten(): void {
    if (this.#written === undefined) return;
    const { own, port } = this.#written;
    const { address } = own;
    if (this.#told.kind === 'registered' && this.#told.address === address && this.#told.port === port) return;
    this.#told = { kind: 'registered', address, port };
    // Told anew of another place.
    this.forgetAnnounced();
    this.noteAnnounced([own.interfaceName]);
    this.#context.tell({ kind: 'registered', name: this.name, entry: this.#entryPath, address, port });
  }

  #tellFailure(reason: string): void {
    if (this.#told.kind === 'failed' && this.#told.reason === reason) return;
    this.#told = { kind: 'failed', reason };
    this.#context.tell({ kind: 'register-failed', name: this.name, reason });
  }
}
