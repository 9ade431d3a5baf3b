import { isDeepStrictEqual } from 'node:util';
import type {
  Clock,
  Publication,
  PublicationEvent,
  PublicationState,
  ServiceChange,
  ServiceOptions,
} from '@mdns-ambassador/mdns';
import { trimInstanceName } from '../instance-name.ts';
import { BonjourInstance } from './bonjour-instance.ts';

/** After the library met an error. */
const RETRY_MS = 2_000;

/** An interface that the library can use: it speaks IPv4 alone. */
export interface BonjourInterface {
  readonly name: string;
  readonly address: string;
}

export interface BonjourPublicationContext {
  readonly clock: Clock;
  /** `h1-k3x9.local` */
  readonly host: string;
  /** Makes the instance name unique: the library notices no conflict. */
  readonly id: string;
  interfaces(): readonly BonjourInterface[];
  failed(name: string, error: Error): void;
  onEvent(event: PublicationEvent): void;
}

interface Standing {
  readonly service: ServiceOptions;
  readonly interfaces: readonly BonjourInterface[];
  readonly instances: readonly BonjourInstance[];
}

/** One service in the hands of bonjour-service: every change takes it down and puts it up anew. */
export class BonjourPublication implements Publication {
  readonly #context: BonjourPublicationContext;
  #service: ServiceOptions;
  #isWanted = true;
  #isClosed = false;
  #standing: Standing | undefined;
  #announcedOn: readonly string[] = [];
  #working: Promise<void> = Promise.resolve();
  #cancelRetry: () => void = () => undefined;

  constructor(service: ServiceOptions, context: BonjourPublicationContext) {
    this.#context = context;
    this.#service = { ...service, name: addId(service.name, context.id) };
  }

  get name(): string {
    return this.#service.name;
  }

  get host(): string {
    return this.#context.host;
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
    this.#announcedOn = [];
    this.#context.onEvent({ kind: 'withdrawn', name: this.name });
    this.align();
  }

  announce(): void {
    if (this.#isClosed || this.#isWanted) return;
    this.#isWanted = true;
    this.align();
  }

  async close(): Promise<void> {
    if (!this.#isClosed) {
      this.#isClosed = true;
      this.#cancelRetry();
      if (this.#announcedOn.length > 0) this.#context.onEvent({ kind: 'withdrawn', name: this.name });
      this.align();
    }
    await this.#working;
  }

  /** Brings about what is wanted now; one change at a time. */
  align(): void {
    this.#working = this.#working.then(async () => await this.#step());
  }

  async #step(): Promise<void> {
    const wanted = this.#service.interfaces;
    const interfaces = this.#context.interfaces().filter(({ name }) => wanted?.includes(name) !== false);
    const service = this.#service;
    const isWanted = this.#isWanted && !this.#isClosed && interfaces.length > 0;
    const standing = this.#standing;
    if (standing !== undefined) {
      const isSame = standing.service === service && isDeepStrictEqual(standing.interfaces, interfaces);
      if (isWanted && isSame) {
        this.#noteAnnounced(interfaces.map(({ name }) => name));
        return;
      }
      this.#standing = undefined;
      await Promise.all(standing.instances.map((instance) => instance.close()));
    }
    if (isWanted) await this.#putUp(service, interfaces);
    else this.#noteAnnounced([]);
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
          if (this.#standing?.instances === instances) void this.#takeDown(error);
        }),
    );
    await Promise.race([failed, Promise.all(instances.map((instance) => instance.publish(service, this.host)))]);
    const [failure] = failures;
    if (failure !== undefined) {
      await Promise.all(instances.map((instance) => instance.close()));
      this.#noteFailure(failure);
      return;
    }
    this.#standing = { service, interfaces, instances };
    this.#noteAnnounced(interfaces.map(({ name }) => name));
  }

  #takeDown(error: Error): void {
    const standing = this.#standing;
    this.#standing = undefined;
    this.#working = this.#working.then(async () => {
      await Promise.all((standing?.instances ?? []).map((instance) => instance.close()));
      this.#noteFailure(error);
    });
  }

  #noteFailure(error: Error): void {
    if (this.#isClosed) return;
    if (this.#announcedOn.length > 0) this.#context.onEvent({ kind: 'withdrawn', name: this.name });
    this.#announcedOn = [];
    this.#context.failed(this.name, error);
    this.#cancelRetry();
    this.#cancelRetry = this.#context.clock.after(RETRY_MS, () => this.align());
  }

  #noteAnnounced(names: readonly string[]): void {
    if (isDeepStrictEqual(names, this.#announcedOn)) return;
    this.#announcedOn = names;
    if (this.#isWanted && !this.#isClosed) {
      this.#context.onEvent({ kind: 'announced', name: this.name, interfaces: names });
    }
  }
}

/** `redis on h1 (k3x9)`; the library ends a name at its first dot and writes a hyphen for it. */
function addId(name: string, id: string): string {
  const ending = ` (${id})`;
  const plain = name.replaceAll('.', '-');
  return plain.endsWith(ending) ? plain : `${trimInstanceName(plain, ending.length)}${ending}`;
}
