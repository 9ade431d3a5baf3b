import { type Instance, readTxtText } from '@mdns-ambassador/mdns';
import { isLocalTarget, isRelayedPort, type ListenPlace, LOCALHOST_ADDRESSES } from '@mdns-ambassador/relay';

/**
 * Whether what is dialled there comes back to who listens at one of these places: this machine announces the place itself, or relays
 * to it. Each connection would make another one, without end.
 */
export function leadsBack({ addresses, port, txt }: Instance, listen: readonly ListenPlace[]): boolean {
  if (!addresses.some(({ isFromThisHost }) => isFromThisHost)) return false;
  const id = readTxtText(txt, 'id') ?? '';
  return listen.some((place) => {
    if (place.kind !== 'tcp') return false;
    const isOnLan = !isLocalTarget(place);
    // A relay looks for its service on localhost and on the LAN's addresses, and nowhere else on loopback.
    const isFound = isOnLan || LOCALHOST_ADDRESSES.includes(place.address);
    return (isFound && isRelayedPort(id, place.port)) || (isOnLan && place.port === port);
  });
}
