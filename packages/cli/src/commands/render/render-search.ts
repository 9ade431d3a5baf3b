import { type EndpointStatus, EndpointWatch } from '@mdns-ambassador/ambassador';
import { systemClock } from '@mdns-ambassador/mdns';
import type { LocalNetwork } from '../../network/local-network.ts';
import type { Registries } from '../../network/registries.ts';
import { createSources, MDNS_QUIET_MS, usesMdns } from '../../network/sources.ts';
import type { Log } from '../../output/log.ts';
import type { RenderedService } from './rendered-service.ts';
import type { RenderRequest } from './request.ts';

/** The endpoints of all services, as they are found. */
export class RenderSearch {
  onChange: () => void = () => undefined;
  readonly #parts: readonly { readonly request: RenderRequest; readonly watch: EndpointWatch }[];
  /** The last ones of each service: one whose endpoints are all gone keeps them. */
  readonly #last = new Map<string, readonly EndpointStatus[]>();

  constructor(requests: readonly RenderRequest[], local: LocalNetwork, log: Log, registries: Registries) {
    this.#parts = requests.map((request) => {
      const { service, type, origins, allowed } = request;
      const watch = new EndpointWatch({
        sources: createSources(origins, { service, type, allowed, local, log, registries }),
        merge: origins.merge,
        balance: 'first',
        clock: systemClock,
        random: Math.random,
        onChange: () => this.onChange(),
      });
      return { request, watch };
    });
  }

  /** Resolves once every service was found and it is quiet, after `timeoutMs` at the latest. */
  async start(timeoutMs: number): Promise<void> {
    await Promise.all(
      this.#parts.map(async ({ request, watch }) => {
        const settled = watch.settle(timeoutMs, usesMdns(request.origins) ? MDNS_QUIET_MS : undefined);
        await watch.start();
        await settled;
      }),
    );
  }

  services(): readonly RenderedService[] {
    return this.#parts.map(({ request: { service, listen }, watch }) => {
      const found = watch.endpoints();
      const endpoints = found.length > 0 ? found : (this.#last.get(service) ?? []);
      this.#last.set(service, endpoints);
      return { service, listen, endpoints };
    });
  }

  async close(): Promise<void> {
    await Promise.all(this.#parts.map(({ watch }) => watch.close()));
  }
}
