import type { Instance } from '@mdns-ambassador/mdns';
import { isLocalTarget, isRelayedPort, type ListenPlace } from '@mdns-ambassador/relay';
import { readTxtText } from './instance-filter.ts';

/**
 * Whether what is dialled there comes back to who listens at one of these places: this machine announces the place itself, or relays
 * to it. Each connection would make another one, without end.
 */
export function leadsBack({ addresses, port, txt }: Instance, listen: readonly ListenPlace[]): boolean {
  if (!addresses.some(({ isFromThisHost }) => isFromThisHost)) return false;
  const id = readTxtText(txt, 'id') ?? '';
  return listen.some(
    (place) =>
      place.kind === 'tcp' && (isRelayedPort(id, place.port) || (place.port === port && !isLocalTarget(place))),
  );
}
