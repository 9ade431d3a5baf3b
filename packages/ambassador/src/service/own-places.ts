import { isLocalTarget, stripZone, type Target } from '@mdns-ambassador/relay';
import type { Endpoint } from '../pool/endpoint.ts';
import type { Update } from '../pool/update.ts';

const WILDCARDS: readonly string[] = ['0.0.0.0', '::'];

/** The places where a proxy listens: an endpoint there is the proxy itself, whatever source told of it. */
export class OwnPlaces {
  readonly #listening: readonly Target[];
  readonly #ownAddresses: () => ReadonlySet<string>;

  /** `ownAddresses`: of this host, without zone; what a wildcard stands for. */
  constructor(listening: readonly Target[], ownAddresses: () => ReadonlySet<string>) {
    this.#listening = listening;
    this.#ownAddresses = ownAddresses;
  }

  /** The update without addresses that lead back, and the endpoints of which none is left. */
  filter(update: Update): { readonly updates: readonly Update[]; readonly leadBack: readonly Endpoint[] } {
    if (update.kind === 'remove' || update.kind === 'gone') return { updates: [update], leadBack: [] };
    const kept = update.endpoints.map((endpoint) => this.#withoutOwn(endpoint));
    const leadBack = update.endpoints.filter((_, index) => kept[index] === undefined);
    const endpoints = kept.flatMap((endpoint) => endpoint ?? []);
    const rest: Update = { kind: update.kind, endpoints };
    const ids = leadBack.map(({ id }) => id);
    if (update.kind === 'reset' || ids.length === 0) return { updates: [rest], leadBack };
    const removed: Update = { kind: 'remove', ids, reason: 'leads back to this proxy' };
    return { updates: endpoints.length > 0 ? [rest, removed] : [removed], leadBack };
  }

  #withoutOwn(endpoint: Endpoint): Endpoint | undefined {
    const addresses = endpoint.addresses.filter((address) => !this.#has(address, endpoint.port));
    if (addresses.length === endpoint.addresses.length) return endpoint;
    return addresses.length === 0 ? undefined : { ...endpoint, addresses };
  }

  #has(address: string, port: number): boolean {
    const literal = stripZone(address);
    return this.#listening.some((at) => {
      if (at.kind !== 'tcp' || at.port !== port) return false;
      if (!WILDCARDS.includes(at.address)) return stripZone(at.address) === literal;
      if (at.address.includes(':') !== literal.includes(':')) return false;
      return isLocalTarget({ ...at, address: literal }) || this.#ownAddresses().has(literal);
    });
  }
}
