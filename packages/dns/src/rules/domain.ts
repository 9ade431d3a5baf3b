import type { Name } from '@mdns-ambassador/mdns/wire';

/** RFC 6762, appendix G names `internal` as what people use; ICANN keeps it for that since 2024. */
export const DEFAULT_DOMAIN = 'ambassador.internal';
/** So much of the 255 bytes of a name is left for an instance, its type and their label of a host. */
const LONGEST_DOMAIN = 120;
const LABEL = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** What keeps a domain from being served: it is no name, it is too long, or it is somebody else's (RFC 6761, RFC 6762 3). */
export type DomainFault = 'malformed' | 'too-long' | 'multicast' | 'loopback';

/** The labels of a domain in lower case; a closing dot is allowed. */
export function parseDomain(text: string): Name | DomainFault {
  const labels = text.toLowerCase().replace(/\.$/, '').split('.');
  if (text.length > LONGEST_DOMAIN) return 'too-long';
  if (!labels.every((label) => LABEL.test(label))) return 'malformed';
  if (labels.at(-1) === 'local') return 'multicast';
  return labels.at(-1) === 'localhost' ? 'loopback' : labels;
}
