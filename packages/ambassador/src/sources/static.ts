import { isIP } from 'node:net';
import type { Random } from '@mdns-ambassador/mdns';
import { type Clock, formatPlace, type Place, parsePlace } from '@mdns-ambassador/relay';
import { AmbassadorError } from '../ambassador-error.ts';
import type { Endpoint } from '../pool/endpoint.ts';
import { DEFAULT_MAX_TTL_MS } from './dns-ttl.ts';
import { explainBadPlace } from './endpoint-list.ts';
import { HostAddresses, type Lookup } from './host-addresses.ts';
import { createLookingSource, type SourceFinding, type SourceLook } from './looking-source.ts';
import type { Source } from './source.ts';
import type { SourceHealth } from './source-health.ts';

export interface StaticSourceOptions {
  readonly service: string;
  readonly places: readonly Place[];
  readonly lookup: Lookup;
  /** How long the addresses of a name are believed. Default {@link DEFAULT_MAX_TTL_MS}. */
  readonly maxTtlMs?: number;
  readonly clock: Clock;
  readonly random: Random;
  readonly onHealth?: (health: SourceHealth) => void;
}

const PREFIX = 'static:';

/** Parses `static:HOST:PORT[,HOST:PORT]`; throws an {@link AmbassadorError} that names the part that is wrong. */
export function parseStaticSource(text: string): readonly Place[] {
  const list = text.startsWith(PREFIX) ? text.slice(PREFIX.length) : text;
  return list.split(',').map((part) => {
    const place = parsePlace(part.trim());
    if (place === undefined) throw new AmbassadorError('BAD_PLACE', explainBadPlace(part));
    return place;
  });
}

/**
 * Endpoints that the user wrote down, one for each place. Names are looked up by the system's resolver, again and again: it says of
 * no address how long it holds.
 */
export function createStaticSource(options: StaticSourceOptions): Source {
  const places = new WrittenPlaces(options);
  const { clock, random, onHealth } = options;
  return createLookingSource({ name: places.name, clock, random, onHealth, look: (look) => places.look(look) });
}

class WrittenPlaces {
  readonly name: string;
  readonly #options: StaticSourceOptions;
  readonly #addresses: HostAddresses;
  readonly #hosts: readonly string[];
  #isFirst = true;

  constructor(options: StaticSourceOptions) {
    this.#options = options;
    this.name = PREFIX + options.places.map(({ host, port }) => formatPlace(host, port)).join(',');
    this.#addresses = new HostAddresses(options.lookup, options.clock, options.maxTtlMs ?? DEFAULT_MAX_TTL_MS);
    this.#hosts = options.places.map(({ host }) => host).filter((host) => isIP(host) === 0);
  }

  async look({ isVerification }: SourceLook): Promise<SourceFinding> {
    const hasNames = this.#hosts.length > 0;
    const literals = this.#describeAll();
    const isFirst = this.#isFirst;
    this.#isFirst = false;
    // Addresses wait for no name.
    if (isFirst && literals.length > 0) {
      return { kind: 'found', endpoints: literals, holdsMs: hasNames ? 0 : Number.POSITIVE_INFINITY };
    }
    const failure = hasNames ? await this.#addresses.learn(this.#hosts, isVerification) : undefined;
    const endpoints = this.#describeAll();
    const holdsMs = hasNames ? this.#addresses.holdsMs : Number.POSITIVE_INFINITY;
    if (endpoints.length === 0) return { kind: 'unknown', reason: failure ?? 'nothing was found' };
    return { kind: 'found', endpoints, holdsMs, doubt: failure };
  }

  #describeAll(): readonly Endpoint[] {
    return this.#options.places.flatMap((place) => {
      const { host } = place;
      const addresses = isIP(host) !== 0 ? [host] : this.#addresses.of(host);
      return addresses.length === 0 ? [] : [this.#describe(place, addresses)];
    });
  }

  #describe(place: Place, addresses: readonly string[]): Endpoint {
    return {
      id: PREFIX + formatPlace(place.host, place.port),
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
