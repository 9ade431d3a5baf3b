import { formatPlace } from '@mdns-ambassador/relay';
import type { EndpointView, ServiceView } from './snapshot.ts';

/** Endpoints of one process that have series of their own. */
export const MAX_ENDPOINT_SERIES = 256;

/** An endpoint that has series, and what they are called. */
export interface EndpointSeries {
  readonly service: string;
  /** `10.99.0.1:12345` */
  readonly endpoint: string;
  /** Of the instance; empty where the source knows none. */
  readonly name: string;
  readonly view: EndpointView;
}

/**
 * Which endpoints have series. Whoever announces on the network makes endpoints: one has series once a client was sent there, and for as
 * long as it is known, so that no counter goes back; beyond the limit it waits until another is gone.
 */
export class EndpointSelection {
  #chosen: ReadonlySet<string> = new Set();

  /** In the order of the services; `left`: how many were used and have none. */
  choose(services: readonly ServiceView[]): { readonly series: readonly EndpointSeries[]; readonly left: number } {
    const used = new Map<string, EndpointSeries>();
    for (const { service, endpoints } of services) {
      for (const view of endpoints) {
        if (view.total + view.failures === 0) continue;
        const { address, port, instance: name = '' } = view;
        const endpoint = formatPlace(address, port);
        const key = JSON.stringify([service, endpoint, name]);
        // Of two that nobody could tell apart the first counts.
        if (!used.has(key)) used.set(key, { service, endpoint, name, view });
      }
    }
    const chosen = new Set([...this.#chosen].filter((key) => used.has(key)));
    for (const key of used.keys()) if (chosen.size < MAX_ENDPOINT_SERIES) chosen.add(key);
    this.#chosen = chosen;
    return { series: [...used].flatMap(([key, one]) => (chosen.has(key) ? [one] : [])), left: used.size - chosen.size };
  }
}
