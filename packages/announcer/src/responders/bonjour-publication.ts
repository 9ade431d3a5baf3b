import { isDeepStrictEqual } from 'node:util';
import type { ServiceOptions } from '@mdns-ambassador/mdns';
import { AlignedPublication, type AlignedPublicationContext } from '../aligned-publication.ts';
import { trimInstanceName } from '../instance-name.ts';
import { BonjourInstance } from './bonjour-instance.ts';

const IPV4_ALONE = new Error('bonjour-service announces IPv4 addresses alone, and it is reached by IPv6 alone');

/** An interface that the library can use: it speaks IPv4 alone. */
export interface BonjourInterface {
  readonly name: string;
  readonly address: string;
}

export interface BonjourPublicationContext extends AlignedPublicationContext {
  /** `h1-k3x9.local` */
  readonly host: string;
  /** Makes the instance name unique: the library notices no conflict. */
  readonly id: string;
  interfaces(): readonly BonjourInterface[];
}

interface PublishedInstances {
  readonly service: ServiceOptions;
  readonly interfaces: readonly BonjourInterface[];
  readonly instances: readonly BonjourInstance[];
  /** An instance met it: all are taken down. */
  readonly failure?: Error;
}

/** One service in the hands of bonjour-service: every change takes it down and puts it up anew. */
export class BonjourPublication extends AlignedPublication {
  readonly #context: BonjourPublicationContext;
  #published: PublishedInstances | undefined;

  constructor(service: ServiceOptions, context: BonjourPublicationContext) {
    super({ ...service, name: addId(service.name, context.id) }, context);
    this.#context = context;
  }

  get host(): string {
    return this.#context.host;
  }

  protected async bringAbout(wanted: ServiceOptions | undefined): Promise<void> {
    const interfaces = this.#context.interfaces().filter(({ name }) => wanted?.interfaces?.includes(name) !== false);
    const service = interfaces.length === 0 ? undefined : wanted;
    const published = this.#published;
    if (published !== undefined) {
      const { failure, instances } = published;
      const isSame = published.service === service && isDeepStrictEqual(published.interfaces, interfaces);
      if (failure === undefined && isSame) {
        this.noteAnnounced(interfaces.map(({ name }) => name));
        return;
      }
      this.#published = undefined;
      await Promise.all(instances.map((instance) => instance.close()));
      if (failure !== undefined) this.#fail(failure);
    }
    if (service?.family === 'IPv6') throw IPV4_ALONE;
    if (service === undefined) this.noteAnnounced([]);
    else await this.#putUp(service, interfaces);
  }

  async #putUp(service: ServiceOptions, interfaces: readonly BonjourInterface[]): Promise<void> {
    const failures: Error[] = [];
    let fail: () => void = () => undefined;
    const failed = new Promise<void>((resolve) => {
      fail = resolve;
    });
    const instances = interfaces.map(
      ({ address }) =>
        new BonjourInstance(address, (error) => {
          failures.push(error);
          fail();
          if (this.#published?.instances === instances) this.#takeDown(this.#published, error);
        }),
    );
    await Promise.race([failed, Promise.all(instances.map((instance) => instance.publish(service, this.host)))]);
    const [failure] = failures;
    if (failure !== undefined) {
      await Promise.all(instances.map((instance) => instance.close()));
      this.#fail(failure);
    }
    this.#published = { service, interfaces, instances };
    this.noteAnnounced(interfaces.map(({ name }) => name));
  }

  #takeDown(published: PublishedInstances, failure: Error): void {
    this.#published = { ...published, failure };
    this.align();
  }

  #fail(failure: Error): never {
    this.noteLost();
    throw failure;
  }
}

/** `redis on h1 (k3x9)`; the library ends a name at its first dot and writes a hyphen for it. */
function addId(name: string, id: string): string {
  const ending = ` (${id})`;
  const plain = name.replaceAll('.', '-');
  return plain.endsWith(ending) ? plain : `${trimInstanceName(plain, ending.length)}${ending}`;
}
