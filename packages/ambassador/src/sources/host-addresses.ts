import type { Clock } from '@mdns-ambassador/mdns';
import { isEndpointAddress } from '../address-policy.ts';
import { isLiteral } from './place.ts';
import type { Lookup } from './static.ts';

/** Host names are looked up anew this often, and when a dial failed. */
export const LOOKUP_MS = 30_000;
const MAX_ADDRESSES = 8;

/** The addresses of the hosts that a list names. */
export class HostAddresses {
  readonly #lookup: Lookup;
  readonly #clock: Clock;
  readonly #addresses = new Map<string, readonly string[]>();
  #lookedUpAt: number = Number.NEGATIVE_INFINITY;

  constructor(lookup: Lookup, clock: Clock) {
    this.#lookup = lookup;
    this.#clock = clock;
  }

  /** Those that may be dialled, as they were learnt last; none where nothing was. */
  of(host: string): readonly string[] {
    return isLiteral(host) ? [host].filter(isEndpointAddress) : (this.#addresses.get(host) ?? []);
  }

  /**
   * Learns the addresses of these host names, all when it is time, else of those that are new. One that can't be looked up keeps
   * what it had. Resolves with the reason why one has none now, if so; never rejects.
   */
  async learn(hosts: readonly string[], isVerification: boolean): Promise<string | undefined> {
    const names = new Set(hosts.filter((host) => !isLiteral(host)));
    for (const host of this.#addresses.keys()) if (!names.has(host)) this.#addresses.delete(host);
    const now = this.#clock.now();
    const isDue = isVerification || now - this.#lookedUpAt >= LOOKUP_MS;
    const wanted = [...names].filter((host) => isDue || !this.#addresses.has(host));
    if (isDue) this.#lookedUpAt = now;
    let failure: string | undefined;
    const lookUpOne = async (host: string): Promise<void> => {
      try {
        const addresses = [...new Set(await this.#lookup(host))].filter(isEndpointAddress).sort();
        if (addresses.length === 0) failure ??= `${host} has no address that may be dialled`;
        else this.#addresses.set(host, addresses.slice(0, MAX_ADDRESSES));
      } catch {
        failure ??= `${host} can't be looked up`;
      }
    };
    await Promise.all(wanted.map(lookUpOne));
    return failure;
  }
}
