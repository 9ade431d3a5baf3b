import { type OwnAddress, readOwnAddresses } from '@mdns-ambassador/mdns';
import { type Clock, type FindSourceAddress, findSourceAddress, stripZone } from '@mdns-ambassador/relay';
import { hasAnyChanged, type LinkHistory, recordAddresses, wasCutOff } from './link-history.ts';

/** Many look at the same time. */
const SAME_MS = 50;
/** Addresses to which it is remembered how they are reached. */
const MAX_WAYS = 1_024;

export interface OwnLinksOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** The addresses that lead to other machines, as they are now; undefined where nobody knows. Default the system's. */
  readonly read?: () => readonly OwnAddress[] | undefined;
  readonly findSourceAddress?: FindSourceAddress;
}

/** The links of this machine: who has none to somebody hears silence that says nothing about him. Looks at first, and when it is asked to. */
export class OwnLinks {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #read: () => readonly OwnAddress[] | undefined;
  readonly #find: FindSourceAddress;
  /** By address: the own one that the kernel sends from, as it was found last. */
  readonly #ways = new Map<string, string | undefined>();
  #history: LinkHistory | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(options: OwnLinksOptions) {
    this.#clock = options.clock;
    this.#read = options.read ?? (() => readOwnAddresses());
    this.#find = options.findSourceAddress ?? findSourceAddress;
    this.look();
  }

  /** Says how the links are, or were so long ago at most, so that it can be asked later what became of them. Returns the time. */
  look(sameMs: number = SAME_MS): number {
    const now = this.#clock.now();
    if (now - this.#readAt < sameMs) return now;
    this.#readAt = now;
    const found = this.#read();
    if (found !== undefined) this.#history = recordAddresses(this.#history, found, now);
    return now;
  }

  /**
   * Whether this machine was cut off from an endpoint with these addresses at any time since `since`, or shortly before: then its
   * silence is none of its own. For 30 s at most: what a link that is gone for longer held is lost. Never rejects.
   */
  async wereCutOff(addresses: readonly string[], since: number): Promise<boolean> {
    if (!this.#haveChanged(since)) return false;
    await Promise.all(addresses.map((address) => this.#findWay(address)));
    return this.#judge(addresses, since);
  }

  /** The same for who can't wait, by the ways that were found before; true where none was. */
  mayBeCutOff(addresses: readonly string[], since: number): boolean {
    if (!this.#haveChanged(since)) return false;
    const isKnown = addresses.every((address) => this.#ways.has(address));
    for (const address of addresses) void this.#findWay(address);
    return !isKnown || this.#judge(addresses, since);
  }

  #haveChanged(since: number): boolean {
    this.look();
    return this.#history !== undefined && hasAnyChanged(this.#history, since);
  }

  async #findWay(address: string): Promise<void> {
    const found = await this.#find(address);
    if (this.#ways.size >= MAX_WAYS) this.#ways.clear();
    this.#ways.set(address, 'source' in found ? found.source : undefined);
  }

  #judge(addresses: readonly string[], since: number): boolean {
    const ways = addresses.map((address) => ({ to: stripZone(address), from: this.#ways.get(address) }));
    return this.#history !== undefined && wasCutOff(this.#history, ways, since);
  }
}
