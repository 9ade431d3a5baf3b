import type { Random } from './rules/machine.ts';
import { MAX_LABEL_BYTES } from './wire/limits.ts';

/** RFC 4648 6, lower case. */
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 4;

/** Whether it is a host name's label (RFC 1123 2.1), in either case. */
export function isHostLabel(text: string): boolean {
  return text.length <= MAX_LABEL_BYTES && /^[a-z0-9](?:[a-z0-9-]*[a-z0-9])?$/i.test(text);
}

/**
 * A host label of our own, `h1-k3x9`: the first label of the machine's host name cut down to letters, digits and hyphens, and four
 * random characters, so that it never meets the name that the machine's own responder claims.
 */
export function hostLabel(hostname: string, random: Random): string {
  const id = Array.from({ length: ID_LENGTH }, () => BASE32.charAt(Math.floor(random() * BASE32.length))).join('');
  const sanitized = (hostname.split('.')[0] ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LABEL_BYTES - ID_LENGTH - 1)
    .replace(/^-+|-+$/g, '');
  return `${sanitized || 'host'}-${id}`;
}
