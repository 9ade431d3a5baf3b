import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { Clock } from '@mdns-ambassador/relay';
import { isEndpointAddress } from './address-policy.ts';
import { DEFAULT_MAX_TTL_MS } from './dns-ttl.ts';

/** The literal addresses of a host name, best first. Rejects where it has none or the resolver does not answer. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** The operating system's resolver (hosts file, DNS, whatever it is set up to use). */
export const systemLookup: Lookup = async (host) => (await lookup(host, { all: true })).map(({ address }) => address);

/** How the host names that a source is given become addresses. */
export interface HostLookup {
  readonly lookup: Lookup;
  /** How long their addresses are believed. Default {@link DEFAULT_MAX_TTL_MS}. */
  readonly maxTtlMs?: number;
  readonly clock: Clock;
}

const MAX_ADDRESSES = 8;
/** Names that are looked up at a time. */
const LOOKUPS_AT_ONCE = 8;

/** The addresses of the hosts that a list names: looked up anew when they are `holdsMs` old, and when a dial failed. */
export class HostAddresses {
  readonly holdsMs: number;
  readonly #lookup: Lookup;
  readonly #clock: Clock;
  readonly #addresses = new Map<string, readonly string[]>();
  #lookedUpAt: number = Number.NEGATIVE_INFINITY;

  constructor({ lookup, clock, maxTtlMs = DEFAULT_MAX_TTL_MS }: HostLookup) {
    this.#lookup = lookup;
    this.#clock = clock;
    this.holdsMs = maxTtlMs;
  }

  /** Those that may be dialled, as they were learnt last; none where nothing was. */
  of(host: string): readonly string[] {
    return isIP(host) !== 0 ? [host].filter(isEndpointAddress) : (this.#addresses.get(host) ?? []);
  }

  /**
   * Learns the addresses of these host names, all when it is time, else of those that are new. One that can't be looked up keeps
   * what it had. Resolves with the reason why one has none now, if so; never rejects.
   */
  async learn(hosts: readonly string[], isVerification: boolean): Promise<string | undefined> {
    const names = new Set(hosts.filter((host) => isIP(host) === 0));
    for (const host of this.#addresses.keys()) if (!names.has(host)) this.#addresses.delete(host);
    const now = this.#clock.now();
    // Looks are spread by a twentieth of their interval.
    const isDue = isVerification || now - this.#lookedUpAt >= 0.9 * this.holdsMs;
    const wanted = [...names].filter((host) => isDue || !this.#addresses.has(host));
    if (isDue) this.#lookedUpAt = now;
    let failure: string | undefined;
    const lookUpNext = async (): Promise<void> => {
      for (let host = wanted.shift(); host !== undefined; host = wanted.shift()) {
        try {
          this.#take(host, await this.#lookup(host));
          if (!this.#addresses.has(host)) failure ??= `${host} has no address that may be dialled`;
        } catch {
          failure ??= `${host} can't be looked up`;
        }
      }
    };
    await Promise.all(Array.from({ length: LOOKUPS_AT_ONCE }, lookUpNext));
    return failure;
  }

  /** Resolvers rotate their answers; the same addresses in another order are no change. */
  #take(host: string, answer: readonly string[]): void {
    const addresses = [...new Set(answer)].filter(isEndpointAddress).slice(0, MAX_ADDRESSES);
    const known = this.#addresses.get(host) ?? [];
    const isSame = addresses.length === known.length && addresses.every((address) => known.includes(address));
    if (addresses.length > 0 && !isSame) this.#addresses.set(host, addresses);
  }
}
