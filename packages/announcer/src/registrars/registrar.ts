import type { Clock, NetworkInterface, Publication, PublicationEvent, ServiceOptions } from '@mdns-ambassador/mdns';
import type { Registry } from '@mdns-ambassador/registries';
import { createStartId } from '../instance-id.ts';
import type { Responder } from '../responders/responder.ts';
import { RegisteredPublication } from './registered-publication.ts';

/** How soon another interface or address is noticed. */
const POLL_MS = 2_000;

/** Stands for the service's name in a folder. */
const SERVICE_PLACEHOLDER = '{service}';

export type RegistrarEvent =
  /** It stands in the registry. Told anew at another address, and after it was lost. */
  | {
      readonly kind: 'registered';
      readonly registry: string;
      readonly name: string;
      /** Where in the registry. */
      readonly entry: string;
      readonly address: string;
      readonly port: number;
    }
  /** The entry can't be written, or may have gone; it is tried again. */
  | {
      readonly kind: 'register-failed';
      readonly registry: string;
      readonly name: string;
      readonly reason: string;
    };

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
export class Registrar implements Responder {
  readonly #options: RegistrarOptions;
  readonly #startId: string;
  readonly #publications = new Set<RegisteredPublication>();
  #cancelPoll: (() => void) | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: RegistrarOptions) {
    this.#options = options;
    this.#startId = createStartId(options.random);
  }

  async start(): Promise<void> {
    if (this.#cancelPoll === undefined && this.#closing === undefined) this.#poll();
  }

  publish(service: ServiceOptions, onEvent: (event: PublicationEvent) => void): Publication {
    const { registry, folder, interfaces } = this.#options;
    const publication = new RegisteredPublication(service, {
      registry,
      folder: folder.replaceAll(SERVICE_PLACEHOLDER, serviceOf(service.type)),
      startId: this.#startId,
      interfaces,
      onEvent,
      onClose: () => this.#publications.delete(publication),
      tell: (fact) => {
        if (this.#closing === undefined) this.#options.onEvent({ registry: this.#options.name, ...fact });
      },
    });
    this.#publications.add(publication);
    return publication;
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  async #end(): Promise<void> {
    this.#cancelPoll?.();
    await Promise.all([...this.#publications].map((publication) => publication.close()));
    await this.#options.registry.close();
  }

  #poll(): void {
    this.#cancelPoll = this.#options.clock.after(POLL_MS, () => {
      for (const publication of this.#publications) publication.align();
      if (this.#closing === undefined) this.#poll();
    });
  }
}

/** `redis` of `_redis._tcp`. */
function serviceOf(type: string): string {
  return type.replace(/^_/, '').replace(/\._tcp$/, '');
}
