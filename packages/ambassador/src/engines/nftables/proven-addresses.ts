import type { Endpoint } from '../../pool/endpoint.ts';
import type { PlannedEndpoint } from '../../pool/plan.ts';
import type { EndpointPicker } from '../engine.ts';
import { Trials } from '../trials.ts';
import { listIpv4Addresses } from './places.ts';

/**
 * The IPv4 address at which each endpoint has answered: the kernel sends clients nowhere else, since it cannot tell them that nobody is
 * there. Who is in the plan and has not answered is dialled, at the cost of who announced it.
 */
export class ProvenAddresses {
  readonly #picker: EndpointPicker;
  readonly #onProven: () => void;
  readonly #trials: Trials;
  /** By endpoint. */
  readonly #answered = new Map<string, { readonly address: string; readonly port: number }>();
  #endpoints: ReadonlyMap<string, Endpoint> = new Map();
  #isClosed = false;

  constructor(picker: EndpointPicker, onProven: () => void) {
    this.#picker = picker;
    this.#onProven = onProven;
    this.#trials = new Trials({
      dialSucceeded: (id, latencyMs) => this.#succeeded(id, latencyMs),
      dialFailed: (id, failure) => {
        const endpoint = this.#endpoints.get(id);
        // It may answer over IPv6, as engine node will find out.
        if (endpoint !== undefined && listIpv4Addresses(endpoint).length < endpoint.addresses.length) return;
        picker.dialFailed(id, failure);
      },
    });
  }

  /** Tries those that are on trial, or used without having answered. */
  follow(plan: readonly PlannedEndpoint[]): void {
    if (this.#isClosed) return;
    this.#endpoints = new Map(plan.map(({ endpoint }) => [endpoint.id, endpoint]));
    this.#trials.keepOnly(new Set(this.#endpoints.keys()));
    for (const id of this.#answered.keys()) if (!this.#endpoints.has(id)) this.#answered.delete(id);
    for (const { endpoint, isUsed, isOnTrial } of plan) {
      const isProven = this.addressOf(endpoint) !== undefined;
      if (!isOnTrial && !(isUsed && !isProven)) continue;
      if (isProven || this.#picker.mayDial?.(endpoint.id) !== false) this.#dial(endpoint);
    }
  }

  addressOf(endpoint: Endpoint): string | undefined {
    const answered = this.#answered.get(endpoint.id);
    if (answered === undefined || answered.port !== endpoint.port) return undefined;
    return endpoint.addresses.includes(answered.address) ? answered.address : undefined;
  }

  /** Dials one that has answered once more, and tells the pool. */
  doubt(endpoint: Endpoint): void {
    if (this.addressOf(endpoint) !== undefined) this.#dial(endpoint);
  }

  #dial(endpoint: Endpoint): void {
    const addresses = listIpv4Addresses(endpoint);
    if (!this.#isClosed && addresses.length > 0) this.#trials.start({ ...endpoint, addresses });
  }

  /** Engine node has reached it there. */
  reached(id: string, address: string): void {
    const endpoint = this.#endpoints.get(id);
    if (endpoint === undefined || !listIpv4Addresses(endpoint).includes(address)) return;
    const before = this.addressOf(endpoint);
    this.#answered.set(id, { address, port: endpoint.port });
    if (before !== address) this.#onProven();
  }

  close(): void {
    this.#isClosed = true;
    this.#trials.close();
  }

  #succeeded(id: string, latencyMs: number): void {
    const endpoint = this.#endpoints.get(id);
    const address = endpoint === undefined ? undefined : this.#trials.addressOf(endpoint);
    if (address !== undefined) this.reached(id, address);
    this.#picker.dialSucceeded(id, latencyMs);
  }
}
