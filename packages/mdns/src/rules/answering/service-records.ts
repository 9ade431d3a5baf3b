import type { ServiceOptions } from '../../publication.ts';
import { encodeTxt } from '../../txt.ts';
import { formatIpv4, formatIpv6, parseIpv4, parseIpv6, withoutZone } from '../../wire/address.ts';
import type { Name } from '../../wire/name.ts';
import type { RecordData } from '../../wire/record.ts';
import { nameOfBrowse, nameOfInstance, nameOfType, TYPE_ENUMERATION } from '../service-name.ts';
import { HOST_TTL_SECONDS, type OwnSet, sharedSet, uniqueSet } from './own-set.ts';

/** RFC 6762 10: records that don't hold a host name. */
const OTHER_TTL_SECONDS = 4_500;

/** The sets under the service's own name: SRV and TXT (RFC 6763 5, 6). */
export function describeService(service: ServiceOptions, host: Name): readonly OwnSet[] {
  const name = nameOfInstance(service.type, service.name);
  const ttl = service.ttl ?? OTHER_TTL_SECONDS;
  const { port, priority = 0, weight = 0 } = service;
  return [
    uniqueSet(name, Math.min(ttl, HOST_TTL_SECONDS), [{ type: 'SRV', priority, weight, port, target: host }]),
    uniqueSet(name, ttl, [{ type: 'TXT', strings: encodeTxt(service.txt ?? new Map()) }]),
  ];
}

/** The pointers to the service that nobody else has: from its type and its subtypes (RFC 6763 4.1, 7.1). */
export function pointToService(service: ServiceOptions): readonly OwnSet[] {
  const { type, ttl = OTHER_TTL_SECONDS, subtypes = [] } = service;
  const name = nameOfInstance(type, service.name);
  return [undefined, ...subtypes].map((subtype) => sharedSet(nameOfBrowse(type, subtype), ttl, name));
}

/** The pointer to the type, which every host that has such a service owns as well (RFC 6763 9). */
export function pointToType(service: ServiceOptions): OwnSet {
  return sharedSet(TYPE_ENUMERATION, OTHER_TTL_SECONDS, nameOfType(service.type));
}

/** The address sets of a host on one link, in the order of the addresses; what is no literal is left out. */
export function describeHost(name: Name, addresses: readonly string[]): readonly OwnSet[] {
  const data = readAddresses(addresses);
  const families = [data.filter(({ type }) => type === 'A'), data.filter(({ type }) => type === 'AAAA')];
  return families.flatMap(([first, ...rest]) =>
    first === undefined ? [] : [uniqueSet(name, HOST_TTL_SECONDS, [first, ...rest])],
  );
}

/** Literals as the data of address records, written as the decoder writes them. */
export function readAddresses(addresses: readonly string[]): readonly RecordData[] {
  return [...new Set(addresses)].flatMap((address): readonly RecordData[] => {
    const ipv4 = parseIpv4(address);
    if (ipv4 !== undefined) return [{ type: 'A', address: formatIpv4(ipv4) }];
    const ipv6 = parseIpv6(withoutZone(address));
    return ipv6 === undefined ? [] : [{ type: 'AAAA', address: formatIpv6(ipv6) }];
  });
}
