import { isIP } from 'node:net';
import type { EndpointStatus } from '@mdns-ambassador/ambassador';
import { formatPlace } from '@mdns-ambassador/relay';

/** `REDIS_HOST=10.99.0.1` and the like; of several the first, then all together. None without an endpoint. */
export function listVariables(service: string, endpoints: readonly EndpointStatus[]): readonly string[] {
  const places = endpoints.flatMap(({ addresses, port }) => {
    const address = addresses.find((one) => isIP(one) !== 0);
    return address === undefined ? [] : [{ address, port, place: formatPlace(address, port) }];
  });
  const [best] = places;
  if (best === undefined) return [];
  const name = nameVariables(service);
  return [
    `${name}_HOST=${best.address}`,
    `${name}_PORT=${best.port}`,
    `${name}_ADDRESS=${best.place}`,
    ...(places.length > 1 ? [`${name}_ADDRESSES=${places.map(({ place }) => place).join(',')}`] : []),
  ];
}

/** What the names of a service's variables begin with: `MY_API` of `my-api`. */
export function nameVariables(service: string): string {
  const prefix = service.toUpperCase().replaceAll('-', '_');
  return /^\d/.test(prefix) ? `_${prefix}` : prefix;
}
