import { type OwnAddress, readOwnAddresses } from '@mdns-ambassador/mdns';
import { type Clock, type FindOwnAddress, findOwnAddress, stripZone } from '@mdns-ambassador/relay';
import { hasAnyChanged, type LinkHistory, recordAddresses, wasCutOff } from './link-history.ts';

/** Many look at the same time. */
const SAME_MS = 50;

export interface OwnLinksOptions {
  readonly clock: Pick<Clock, 'now'>;
  /** The addresses that lead to other machines, as they are now; undefined where nobody knows. Default the system's. */
  readonly read?: () => readonly OwnAddress[] | undefined;
  readonly findOwnAddress?: FindOwnAddress;
}

/** The links of this machine: who has none to somebody hears silence that says nothing about him. Looks when it is asked to. */
export class OwnLinks {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #read: () => readonly OwnAddress[] | undefined;
  readonly #find: FindOwnAddress;
  #history: LinkHistory | undefined;
  #readAt = Number.NEGATIVE_INFINITY;

  constructor(options: OwnLinksOptions) {
    this.#clock = options.clock;
    this.#read = options.read ?? (() => readOwnAddresses());
    this.#find = options.findOwnAddress ?? findOwnAddress;
  }

  /** Says how the links are, so that it can be asked later what became of them. Returns the time. */
  look(): number {
    const now = this.#clock.now();
    if (now - this.#readAt < SAME_MS) return now;
    this.#readAt = now;
    const found = this.#read();
    if (found !== undefined) this.#history = recordAddresses(this.#history, found, now);
    return now;
  }

  /** Whether any was lost or came back since `since`, or shortly before. */
  haveChanged(since: number): boolean {
    this.look();
    return this.#history !== undefined && hasAnyChanged(this.#history, since);
  }

  /**
   * Whether this machine was cut off from an endpoint with these addresses at any time since `since`, or shortly before: then its
   * silence is none of its own. For 30 s at most: what a link that is gone for longer held is lost. Never rejects.
   */
  async wereCutOff(addresses: readonly string[], since: number): Promise<boolean> {
    if (!this.haveChanged(since)) return false;
    const ways = await Promise.all(
      addresses.map(async (address) => {
        const found = await this.#find(address);
        return { to: stripZone(address), from: 'source' in found ? found.source : undefined };
      }),
    );
    return this.#history !== undefined && wasCutOff(this.#history, ways, since);
  }
}
