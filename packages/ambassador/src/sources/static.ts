import { isIP } from 'node:net';
import { formatPlace, type Place } from '@mdns-ambassador/relay';
import { type Endpoint, PLAIN } from '../pool/endpoint.ts';
import { HostAddresses, type HostLookup } from './host-addresses.ts';
import { createLookingSource, type SourceFinding, type SourceLook } from './looking-source.ts';
import type { Source, SourceTools } from './source.ts';

export interface StaticSourceOptions extends SourceTools, HostLookup {
  readonly service: string;
  readonly places: readonly Place[];
}

const PREFIX = 'static:';

/**
 * Endpoints that the user wrote down, one for each place. Names are looked up by the system's resolver, again and again: it says of
 * no address how long it holds.
 */
export function createStaticSource(options: StaticSourceOptions): Source {
  const places = new WrittenPlaces(options);
  return createLookingSource({ ...options, name: places.name, look: (look) => places.look(look) });
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
    this.#addresses = new HostAddresses(options);
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
    const { places, service } = this.#options;
    return places.flatMap(({ host, port }) => {
      const addresses = isIP(host) !== 0 ? [host] : this.#addresses.of(host);
      const id = PREFIX + formatPlace(host, port);
      return addresses.length === 0 ? [] : [{ ...PLAIN, id, service, addresses, port, source: 'static' }];
    });
  }
}
