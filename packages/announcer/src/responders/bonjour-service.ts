import {
  type Clock,
  hostLabel,
  type NetworkInterface,
  type Publication,
  type PublicationEvent,
  type ServiceOptions,
} from '@mdns-ambassador/mdns';
import { errorMessage } from '@mdns-ambassador/relay';
import { AnnouncerError } from '../announcer-error.ts';
import { PublicationSet } from '../publication-set.ts';
import { BonjourInstance } from './bonjour-instance.ts';
import { type BonjourInterface, BonjourPublication } from './bonjour-publication.ts';
import type { ForeignResponder, ForeignResponderEvent } from './responder.ts';

export interface BonjourResponderOptions {
  readonly clock: Clock;
  /** In [0, 1). */
  readonly random: () => number;
  /** The machine's host name. */
  readonly hostName: string;
  readonly interfaces: () => readonly NetworkInterface[];
  readonly onEvent: (event: ForeignResponderEvent) => void;
}

/**
 * Publishes with the library bonjour-service: IPv4 alone, no probing, so every name ends in a random id; a change is a goodbye and
 * a new announcement.
 */
export class BonjourResponder implements ForeignResponder {
  readonly #options: BonjourResponderOptions;
  readonly #label: string;
  readonly #publications: PublicationSet<BonjourPublication>;
  #starting: Promise<void> | undefined;

  constructor(options: BonjourResponderOptions) {
    this.#options = options;
    this.#label = hostLabel(options.hostName, options.random);
    this.#publications = new PublicationSet({
      clock: options.clock,
      situation: () => this.#listInterfaces(),
      onFailed: (name, reason) => options.onEvent({ kind: 'publish-failed', name, reason }),
    });
  }

  start(): Promise<void> {
    this.#starting ??= this.#open();
    return this.#starting;
  }

  publish(service: ServiceOptions, onEvent: (event: PublicationEvent) => void): Publication {
    return this.#publications.add(
      new BonjourPublication(service, {
        clock: this.#options.clock,
        host: `${this.#label}.local`,
        id: this.#label.slice(this.#label.lastIndexOf('-') + 1),
        interfaces: () => this.#listInterfaces(),
        failed: (name, error) => this.#publications.tellFailure(name, errorMessage(error)),
        onEvent,
      }),
    );
  }

  async close(): Promise<void> {
    await this.#starting?.catch(() => undefined);
    await this.#publications.close();
  }

  /** Tries whether the port can be had at all. */
  async #open(): Promise<void> {
    const [first] = this.#listInterfaces();
    if (first !== undefined) await tryInstance(first.address);
    this.#publications.start();
  }

  #listInterfaces(): readonly BonjourInterface[] {
    return this.#options.interfaces().flatMap(({ name, addresses }) => {
      const own = addresses.find(({ family }) => family === 'IPv4');
      return own === undefined ? [] : [{ name, address: own.address }];
    });
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
      `bonjour-service can't listen on UDP port 5353 (${errorMessage(error)}): where avahi-daemon keeps the port to itself, write --responder avahi`,
      { cause: error },
    );
  } finally {
    await instance.close();
  }
}
