import type { EndpointStatus } from '@mdns-ambassador/ambassador';
import { escapeText } from './escape.ts';
import { formatPlace } from './phrases.ts';

export const RESOLVE_FORMATS = ['address', 'env', 'srv'] as const;
export type ResolveFormat = (typeof RESOLVE_FORMATS)[number];

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
      return formatEnvironment(service, endpoints);
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

/** `REDIS_HOST=10.99.0.1` and the like, for a shell's `eval` and for env files; of several the first, then all together. */
function formatEnvironment(service: string, endpoints: readonly EndpointStatus[]): readonly string[] {
  const [best] = endpoints;
  if (best === undefined) return [];
  const prefix = service.toUpperCase().replaceAll('-', '_');
  const name = /^\d/.test(prefix) ? `_${prefix}` : prefix;
  return [
    `${name}_HOST=${best.addresses[0] ?? ''}`,
    `${name}_PORT=${best.port}`,
    `${name}_ADDRESS=${placeOf(best)}`,
    ...(endpoints.length > 1 ? [`${name}_ADDRESSES=${endpoints.map(placeOf).join(',')}`] : []),
  ];
}

function placeOf({ addresses, port }: EndpointStatus): string {
  return formatPlace(addresses[0] ?? '', port);
}
