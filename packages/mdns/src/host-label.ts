import { drawId } from './rules/answering/rename.ts';
import type { Random } from './rules/machine.ts';
import { MAX_LABEL_BYTES } from './wire/limits.ts';

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
  const id = drawId(ID_LENGTH, random);
  const sanitized = (hostname.split('.')[0] ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LABEL_BYTES - ID_LENGTH - 1)
    .replace(/^-+|-+$/g, '');
  return `${sanitized || 'host'}-${id}`;
}
