import type { Publication, PublicationEvent, ServiceChange, ServiceOptions } from '@mdns-ambassador/mdns';
import type { Publisher } from '../held-publication.ts';

/**
 * Publishes in several places at once. The name, the state and the events are the first one's, whose the others follow; what
 * they meet they tell themselves.
 */
export function joinPublishers(first: Publisher, others: readonly Publisher[]): Publisher {
  if (others.length === 0) return first;
  return {
    publish: (service, onEvent) => new JointPublication(first, others, service, onEvent),
  };
}

class JointPublication implements Publication {
  readonly #first: Publication;
  readonly #all: readonly Publication[];

  constructor(
    first: Publisher,
    others: readonly Publisher[],
    service: ServiceOptions,
    onEvent: (event: PublicationEvent) => void,
  ) {
    this.#first = first.publish(service, onEvent);
    this.#all = [this.#first, ...others.map((other) => other.publish(service, () => undefined))];
  }

  get name(): string {
    return this.#first.name;
  }

  get state(): Publication['state'] {
    return this.#first.state;
  }

  get host(): string {
    return this.#first.host;
  }

  get alias(): string | undefined {
    return this.#first.alias;
  }

  get peers(): number | undefined {
    return this.#all.find(({ peers }) => peers !== undefined)?.peers;
  }

  update(change: ServiceChange): void {
    for (const publication of this.#all) publication.update(change);
  }

  withdraw(): void {
    for (const publication of this.#all) publication.withdraw();
  }

  announce(): void {
    for (const publication of this.#all) publication.announce();
  }

  async close(): Promise<void> {
    await Promise.all(this.#all.map((publication) => publication.close()));
  }
}
