import type { EndpointStatus } from '@mdns-ambassador/ambassador';
import { formatPlace } from '@mdns-ambassador/relay';
import { escapeText } from '../../output/escape.ts';
import { listVariables } from '../../output/variables.ts';
import type { ResolveFormat } from './formats.ts';

/** The lines of `resolve`, best endpoint first. Addresses are literal and need no escaping. */
export function formatEndpoints(
  service: string,
  endpoints: readonly EndpointStatus[],
  format: ResolveFormat,
  /** SRV targets by instance name, where they are known. */
  hosts: ReadonlyMap<string, string>,
): readonly string[] {
  switch (format) {
    case 'address':
      return endpoints.map(placeOf);
    case 'env':
      return listVariables(service, endpoints);
    case 'srv':
      return endpoints.map((endpoint) => {
        const host = hosts.get(endpoint.instance ?? '');
        const target = host === undefined ? (endpoint.addresses[0] ?? '') : `${escapeText(host)}.`;
        return `${endpoint.priority} ${endpoint.weight} ${endpoint.port} ${target}`;
      });
    default:
      return format satisfies never;
  }
}

function placeOf({ addresses, port }: EndpointStatus): string {
  return formatPlace(addresses[0] ?? '', port);
}
