import type { Clock } from '@mdns-ambassador/mdns';
import { backoffMs } from '../pool/backoff.ts';
import type { Endpoint } from '../pool/endpoint.ts';
import type { Random } from '../pool/random.ts';
import type { Update } from '../pool/update.ts';
import { formatPlace, isLiteral, type Place, parsePlace } from './place.ts';
import type { Source } from './source.ts';
import { VerifyLimit } from './verify-limit.ts';

/** The literal addresses of a host name, best first. Rejects where it has none or the resolver does not answer. */
export type Lookup = (host: string) => Promise<readonly string[]>;

export interface StaticSourceOptions {
  readonly service: string;
  readonly places: readonly Place[];
  readonly lookup: Lookup;
  readonly clock: Clock;
  readonly random: Random;
}

const PREFIX = 'static:';
const MAX_ADDRESSES = 8;
const LOOKUP_RETRY = { firstMs: 1_000, maxMs: 30_000 };

/** Parses `static:HOST:PORT[,HOST:PORT]`; throws an {@link AmbassadorError} that names the part that is wrong. */
export function parseStaticSource(text: string): readonly Place[] {
  const list = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  return list.split(',').map(parsePlace);
}

/** Endpoints that the user wrote down, one for each place. A name is looked up, and again when it fails to answer. */
export function createStaticSource(options: StaticSourceOptions): Source {
  return new StaticSource(options);
}

class StaticSource implements Source {
  readonly name: string;
  readonly #options: StaticSourceOptions;
  readonly #addresses = new Map<string, readonly string[]>();
  readonly #verifyLimit = new VerifyLimit();
  readonly #retries = new Map<string, () => void>();
  #onUpdate: ((update: Update) => void) | undefined;
  #isClosed = false;

  constructor(options: StaticSourceOptions) {
    this.#options = options;
    this.name = PREFIX + options.places.map(formatPlace).join(',');
    for (const { host } of options.places) if (isLiteral(host)) this.#addresses.set(host, [host]);
  }

  async start(onUpdate: (update: Update) => void): Promise<void> {
    if (this.#onUpdate !== undefined || this.#isClosed) return;
    this.#onUpdate = onUpdate;
    await Promise.resolve();
    if (this.#addresses.size > 0) this.#tell();
    const names = new Set(this.#options.places.map(({ host }) => host).filter((host) => !isLiteral(host)));
    for (const host of names) void this.#resolve(host, 1);
  }

  verify(id: string): void {
    const place = this.#options.places.find((candidate) => idOf(candidate) === id);
    if (place === undefined || isLiteral(place.host) || this.#isClosed) return;
    if (this.#retries.has(place.host) || !this.#verifyLimit.admit(id, this.#options.clock.now())) return;
    void this.#resolve(place.host, 1);
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const cancel of this.#retries.values()) cancel();
    this.#retries.clear();
  }

  /** Never rejects. A name that cannot be resolved keeps the addresses that it had, and is tried again. */
  async #resolve(host: string, attempt: number): Promise<void> {
    this.#retries.get(host)?.();
    this.#retries.delete(host);
    const found = await this.#lookUp(host);
    if (this.#isClosed) return;
    if (found.length === 0) {
      const delayMs = backoffMs(attempt, LOOKUP_RETRY, this.#options.random);
      this.#retries.get(host)?.();
      this.#retries.set(
        host,
        this.#options.clock.after(delayMs, () => void this.#resolve(host, attempt + 1)),
      );
      return;
    }
    if (isSameList(this.#addresses.get(host) ?? [], found)) return;
    this.#addresses.set(host, found);
    this.#tell();
  }

  async #lookUp(host: string): Promise<readonly string[]> {
    try {
      return [...new Set(await this.#options.lookup(host))].slice(0, MAX_ADDRESSES);
    } catch {
      return [];
    }
  }

  #tell(): void {
    if (this.#isClosed) return;
    const endpoints = this.#options.places.flatMap((place) => {
      const addresses = this.#addresses.get(place.host);
      return addresses === undefined ? [] : [this.#describe(place, addresses)];
    });
    this.#onUpdate?.({ kind: 'reset', endpoints });
  }

  #describe(place: Place, addresses: readonly string[]): Endpoint {
    return {
      id: idOf(place),
      service: this.#options.service,
      addresses,
      port: place.port,
      priority: 0,
      weight: 0,
      secure: false,
      source: 'static',
      draining: false,
    };
  }
}

function idOf(place: Place): string {
  return PREFIX + formatPlace(place);
}

/** Resolvers rotate their answers; the same addresses in another order are no change. */
function isSameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((address) => b.includes(address));
}
