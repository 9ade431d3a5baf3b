import { Recent } from '@mdns-ambassador/relay/recent';
import { Rate } from './rate.ts';

/** Links at once: 50 machines with some processes each. */
const MAX_LINKS = 128;
/** Of one address: its processes, and those behind a NAT. */
const MAX_LINKS_PER_ADDRESS = 16;
/** Who has not said hello yet: of all, and of one address. */
export const MAX_GREETING = 32;
const MAX_GREETING_PER_ADDRESS = 4;
/** New links of one address: at once, and a second. */
const RATE = { burst: 32, perSecond: 1 };
/** Addresses whose rate is known; the one that came first is forgotten first. */
const MAX_RATES = 256;

/** Who is let in. Pure: times are milliseconds of one monotonic clock. */
export class Arrivals {
  readonly #rates = new Recent<string, Rate>(MAX_RATES);

  /** Why nobody is let in from this address now, for people; undefined where he is, which counts. `linked` and `greeting`: the addresses of those who are in. */
  refuse(
    address: string,
    { linked, greeting }: { readonly linked: readonly string[]; readonly greeting: readonly string[] },
    now: number,
  ): string | undefined {
    if (!this.#rateOf(address).take(1, now)) return 'it comes too often';
    const isFrom = (other: string): boolean => other === address;
    if (linked.length >= MAX_LINKS) return 'all places are taken';
    if (linked.filter(isFrom).length >= MAX_LINKS_PER_ADDRESS) return 'it has too many links';
    return greeting.filter(isFrom).length >= MAX_GREETING_PER_ADDRESS ? 'it says nothing' : undefined;
  }

  /** Forgets who has not come lately. */
  advance(now: number): void {
    for (const [address, rate] of this.#rates) if (rate.isFull(now)) this.#rates.delete(address);
  }

  #rateOf(address: string): Rate {
    const known = this.#rates.get(address);
    if (known !== undefined) return known;
    const rate = new Rate(RATE.perSecond, RATE.burst);
    this.#rates.set(address, rate);
    return rate;
  }
}
