import {
  type NetworkInterface,
  type Publication,
  type PublicationEvent,
  readService,
  type ServiceOptions,
} from '@mdns-ambassador/mdns';
import { folderOfService, type Registry } from '@mdns-ambassador/registries';
import { type Clock, errorMessage } from '@mdns-ambassador/relay';
import { createStartId } from '../instance-id.ts';
import { PublicationSet } from '../publication-set.ts';
import type { ForeignResponder } from '../responders/responder.ts';
import { RegisteredPublication } from './registered-publication.ts';
import type { RegistrarEvent, RegistrarFact } from './registrar-event.ts';

export interface RegistrarOptions {
  /** As the user wrote it, for people. */
  readonly name: string;
  readonly registry: Registry;
  /** Where the entries of a service are; `{service}` in it is the service's name. */
  readonly folder: string;
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** The interfaces that are announced on. */
  readonly interfaces: () => readonly NetworkInterface[];
  /** Nothing is told once `close` is called. */
  readonly onEvent: (event: RegistrarEvent) => void;
}

/**
 * Writes services into a registry, in nerve's format, each as an entry that vanishes when this process does. One that is down
 * holds up nobody: it is tried again until it works.
 */
export class Registrar implements ForeignResponder {
  readonly #options: RegistrarOptions;
  readonly #startId: string;
  readonly #publications: PublicationSet<RegisteredPublication>;
  #isStarted = false;
  #closing: Promise<void> | undefined;

  constructor(options: RegistrarOptions) {
    this.#options = options;
    this.#startId = createStartId(options.random);
    this.#publications = new PublicationSet({
      clock: options.clock,
      situation: options.interfaces,
      onFailed: (name, reason) => this.#tell({ kind: 'register-failed', name, reason }),
    });
  }

  async start(): Promise<void> {
    if (!this.#isStarted) this.#publications.start();
    this.#isStarted = true;
  }

  publish(service: ServiceOptions, onEvent: (event: PublicationEvent) => void): Publication {
    const { clock, registry, folder, interfaces } = this.#options;
    return this.#publications.add(
      new RegisteredPublication(service, {
        clock,
        registry,
        folder: folderOfService(folder, readService({ type: service.type, txt: service.txt ?? new Map() })),
        startId: this.#startId,
        interfaces,
        onEvent,
        failed: (name, error) => this.#publications.tellFailure(name, errorMessage(error)),
        tell: (fact) => this.#tell(fact),
      }),
    );
  }

  close(): Promise<void> {
    this.#closing ??= this.#publications.close().then(() => this.#options.registry.close());
    return this.#closing;
  }

  #tell(fact: RegistrarFact): void {
    if (!this.#publications.isClosed) this.#options.onEvent({ registry: this.#options.name, ...fact });
  }
}
