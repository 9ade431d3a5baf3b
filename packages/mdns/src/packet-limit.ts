import { forgetOldest } from './forget-oldest.ts';
import { TokenBucket } from './token-bucket.ts';

/** What one socket takes in, and what of that one address may take up: a flood costs no more, and leaves room for the others. */
const MAX_PACKETS_PER_SECOND = 1_000;
const MAX_PACKETS_OF_SOURCE_PER_SECOND = 100;
/** A long list of known answers comes in dozens of packets (RFC 6762 7.2). */
const MAX_PACKETS_OF_SOURCE_AT_ONCE = 250;
/** Addresses remembered; those that were silent for longest are forgotten first. */
const MAX_SOURCES = 1_024;

/** Decides which packets of one socket are looked at. Pure: time is an argument. */
export class PacketLimit {
  readonly #all: TokenBucket;
  readonly #bySource: Map<string, TokenBucket> = new Map();
  #last: TokenBucket | undefined;

  constructor(now: number) {
    this.#all = new TokenBucket(MAX_PACKETS_PER_SECOND, now);
  }

  /** Whether one more packet from this address may be read. */
  admit(address: string, now: number): boolean {
    return this.#obtain(address, now).take(now) && this.#all.take(now);
  }

  #open(now: number): TokenBucket {
    return new TokenBucket(MAX_PACKETS_OF_SOURCE_PER_SECOND, now, MAX_PACKETS_OF_SOURCE_AT_ONCE);
  }

  #obtain(address: string, now: number): TokenBucket {
    const bucket = this.#bySource.get(address) ?? this.#open(now);
    if (bucket === this.#last) return bucket;
    this.#last = bucket;
    // Moved to the end: the map is in the order of use.
    this.#bySource.delete(address);
    this.#bySource.set(address, bucket);
    forgetOldest(this.#bySource, MAX_SOURCES);
    return bucket;
  }
}
