import { formatName, type Name, parseName } from '../wire/name.ts';

/** The link-local domain (RFC 6762 3). */
const DOMAIN: Name = ['local'];
/** RFC 6763 7.1. */
const SUBTYPE_LABEL = '_sub';

/** RFC 6763 9: its PTR records name every service type on the link. */
export const TYPE_ENUMERATION: Name = ['_services', '_dns-sd', '_udp', ...DOMAIN];

/** `_redis._tcp` -> `_redis._tcp.local` */
export function nameOfType(type: string): Name {
  return [...parseName(type), ...DOMAIN];
}

/** What to ask for when browsing: the type, or `_printer._sub._http._tcp.local` (RFC 6763 7.1). */
export function nameOfBrowse(type: string, subtype: string | undefined): Name {
  return subtype === undefined ? nameOfType(type) : [subtype, SUBTYPE_LABEL, ...nameOfType(type)];
}

/** The instance's label is taken as it is, dots included (RFC 6763 4.1.1). */
export function nameOfInstance(type: string, instance: string): Name {
  return [instance, ...nameOfType(type)];
}

/** `h1-k3x9` -> `h1-k3x9.local` */
export function nameOfHost(label: string): Name {
  return [label, ...DOMAIN];
}

/**
 * `_redis._tcp` of `_redis._tcp.local`, in presentation format; undefined when the name is not that of a service type. What stands
 * between the underscore and the dot is anything: devices are in use that announce `_nvstream_dbd` and `_androidtvremote2`.
 */
export function typeOfName(name: Name): string | undefined {
  const [service, protocol, domain] = name;
  if (name.length !== 3 || domain?.toLowerCase() !== DOMAIN[0]) return undefined;
  return service?.startsWith('_') && protocol?.startsWith('_') ? formatName([service, protocol]) : undefined;
}
