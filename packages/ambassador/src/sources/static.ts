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
  const { places, service } = options;
  const addresses = new HostAddresses(options);
  const names = places.map(({ host }) => host).filter((host) => isIP(host) === 0);
  const describeAll = (): readonly Endpoint[] =>
    places.flatMap(({ host, port }) => {
      const found = isIP(host) !== 0 ? [host] : addresses.of(host);
      const id = PREFIX + formatPlace(host, port);
      return found.length === 0 ? [] : [{ ...PLAIN, id, service, addresses: found, port, source: 'static' }];
    });
  const holdsMs = names.length > 0 ? addresses.holdsMs : Number.POSITIVE_INFINITY;
  let isFirst = true;
  const look = async ({ isVerification }: SourceLook): Promise<SourceFinding> => {
    const literals = isFirst ? describeAll() : [];
    isFirst = false;
    // Addresses wait for no name.
    if (literals.length > 0) return { kind: 'found', endpoints: literals, holdsMs: names.length > 0 ? 0 : holdsMs };
    const failure = names.length > 0 ? await addresses.learn(names, isVerification) : undefined;
    const endpoints = describeAll();
    if (endpoints.length === 0) return { kind: 'unknown', reason: failure ?? 'nothing was found' };
    return { kind: 'found', endpoints, holdsMs, doubt: failure };
  };
  const name = PREFIX + places.map(({ host, port }) => formatPlace(host, port)).join(',');
  return createLookingSource({ ...options, name, look });
}
