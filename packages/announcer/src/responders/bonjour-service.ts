import {
  type Clock,
  hostLabel,
  type NetworkInterface,
  type Publication,
  type PublicationEvent,
  type ServiceOptions,
} from '@mdns-ambassador/mdns';
import { AnnouncerError } from '../announcer-error.ts';
import { BonjourInstance } from './bonjour-instance.ts';
import { type BonjourInterface, BonjourPublication } from './bonjour-publication.ts';
import type { Responder, ResponderEvent } from './responder.ts';

/** How soon another interface or address is noticed. */
const POLL_MS = 2_000;
const MAX_REASONS_TOLD = 8;

export interface BonjourResponderOptions {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** The machine's host name. */
  readonly hostName: string;
  readonly interfaces: () => readonly NetworkInterface[];
  readonly onEvent: (event: ResponderEvent) => void;
}

/**
 * Publishes with the library bonjour-service: IPv4 alone, no probing, so every name ends in a random id; a change is a goodbye and
 * a new announcement.
 */
export class BonjourResponder implements Responder {
  readonly #options: BonjourResponderOptions;
  readonly #label: string;
  readonly #publications = new Set<BonjourPublication>();
  readonly #told = new Set<string>();
  #seen = '';
  #cancelPoll: () => void = () => undefined;
  #starting: Promise<void> | undefined;
  #closing: Promise<void> | undefined;

  constructor(options: BonjourResponderOptions) {
    this.#options = options;
    this.#label = hostLabel(options.hostName, options.random);
  }

  start(): Promise<void> {
    this.#starting ??= this.#open();
    return this.#starting;
  }

  publish(service: ServiceOptions, onEvent: (event: PublicationEvent) => void): Publication {
    const publication = new BonjourPublication(service, {
      clock: this.#options.clock,
      host: `${this.#label}.local`,
      id: this.#label.slice(this.#label.lastIndexOf('-') + 1),
      interfaces: () => this.#listInterfaces(),
      failed: (name, error) => this.#tellFailure(name, error),
      onEvent: (event) => queueMicrotask(() => onEvent(event)),
    });
    this.#publications.add(publication);
    publication.align();
    return publication;
  }

  close(): Promise<void> {
    this.#closing ??= this.#shutDown();
    return this.#closing;
  }

  /** Tries whether the port can be had at all. */
  async #open(): Promise<void> {
    const [first] = this.#listInterfaces();
    if (first !== undefined) await tryInstance(first.address);
    this.#poll();
  }

  async #shutDown(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    this.#cancelPoll();
    await Promise.all([...this.#publications].map((publication) => publication.close()));
  }

  #poll(): void {
    this.#cancelPoll = this.#options.clock.after(POLL_MS, () => {
      const seen = JSON.stringify(this.#listInterfaces());
      for (const publication of this.#publications) {
        if (publication.state.kind === 'closed') this.#publications.delete(publication);
        else if (seen !== this.#seen) publication.align();
      }
      this.#seen = seen;
      if (this.#closing === undefined) this.#poll();
    });
  }

  #listInterfaces(): readonly BonjourInterface[] {
    return this.#options.interfaces().flatMap(({ name, addresses }) => {
      const own = addresses.find(({ family }) => family === 'IPv4');
      return own === undefined ? [] : [{ name, address: own.address }];
    });
  }

  #tellFailure(name: string, error: Error): void {
    const reason = error.message;
    if (this.#closing !== undefined || this.#told.has(reason) || this.#told.size >= MAX_REASONS_TOLD) return;
    this.#told.add(reason);
    this.#options.onEvent({ kind: 'publish-failed', name, reason });
  }
}

async function tryInstance(address: string): Promise<void> {
  let refuse: (error: Error) => void = () => undefined;
  const refused = new Promise<never>((_, reject) => {
    refuse = reject;
  });
  const instance = new BonjourInstance(address, refuse);
  try {
    await Promise.race([instance.ready, refused]);
  } catch (error) {
    throw new AnnouncerError(
      'RESPONDER_UNAVAILABLE',
      `bonjour-service can't listen on UDP port 5353 (${error instanceof Error ? error.message : String(error)}): where avahi-daemon keeps the port to itself, write --responder avahi`,
      { cause: error },
    );
  } finally {
    await instance.close();
  }
}
