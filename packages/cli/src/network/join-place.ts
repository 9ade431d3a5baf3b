import { isLinkLocalIpv6, type NetworkInterface } from '@mdns-ambassador/mdns';
import { formatPlace, type Place } from '@mdns-ambassador/relay';
import { parseHost } from '../parse/host-port.ts';
import { listAddresses } from './served-addresses.ts';

/** Who invites says so under this type. */
export const JOIN_TYPE = '_ambassador-join._tcp';
/** TXT: the number of the code, which is no secret. */
export const NUMBER_KEY = 'n';
/** Beside that of peers: whoever is told only a host dials this. */
export const JOIN_PORT = 5351;

/** Where somebody invites. */
export type JoinPlace = Place;

/** `10.0.0.5`, `laptop.example:40000`, `[fe80::5%eth0]`. */
export function parseJoinPlace(text: string): JoinPlace {
  return parseHost(text, JOIN_PORT, 'is no host; write HOST or HOST:PORT, as the inviting machine shows it');
}

/** As a person writes it behind `--at`. */
export function formatJoinPlace(host: string, port: number): string {
  const place = formatPlace(host, port);
  return port === JOIN_PORT ? place.slice(0, -`:${port}`.length) : place;
}

/** Where who invites at this port is reached: one address of each interface. Where a link-local one leads depends on who dials it. */
export function listJoinPlaces(interfaces: readonly NetworkInterface[], port: number): readonly string[] {
  return interfaces.flatMap((one) => {
    const address = listAddresses([one]).find((found) => !isLinkLocalIpv6(found));
    return address === undefined ? [] : [formatJoinPlace(address, port)];
  });
}
