import { formatListenPlace, type ListenPlace } from '@mdns-ambassador/relay';
import { CliError } from '../exit/cli-error.ts';
import type { ServiceRequest } from './service-requests.ts';

/** Refuses what only one service can have. `taken`: what each request asks for. Throws a CliError that names the owner. */
export function refuseTwice(
  taken: readonly (readonly string[])[],
  requests: readonly ServiceRequest[],
  option: string,
): void {
  const owners = new Map<string, string>();
  for (const [index, request] of requests.entries()) {
    const given = request.settings.find(option)[0] ?? request.service;
    for (const what of taken[index] ?? []) {
      const owner = owners.get(what);
      if (owner !== undefined) {
        throw new CliError(
          given.exitCode,
          `${given.origin}: ${what} is taken by ${owner} already; write another ${option}${option === 'listen' ? ' or port' : ''}`,
        );
      }
      owners.set(what, request.service.text);
    }
  }
}

/** Refuses two services that are to listen in the same place. */
export function refuseSharedPlaces(
  proxies: readonly { readonly listen: readonly ListenPlace[] }[],
  requests: readonly ServiceRequest[],
): void {
  refuseTwice(
    proxies.map(({ listen }) => listen.flatMap(nameListenPlace)),
    requests,
    'listen',
  );
}

/** Port 0 is another one each time. */
function nameListenPlace(place: ListenPlace): readonly string[] {
  return place.kind === 'tcp' && place.port === 0 ? [] : [formatListenPlace(place)];
}
