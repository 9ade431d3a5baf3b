import type { X509Certificate } from 'node:crypto';

/** Of several names, and of one that holds what separates them, Node makes commas and quotes. */
const ONE_URI = /^URI:([^\s",]+)$/;

/** The one URI that a certificate names its holder by; undefined where it has none, several, or names of another kind. */
export function readMemberUri({ subjectAltName = '' }: X509Certificate): string | undefined {
  return ONE_URI.exec(subjectAltName)?.[1];
}
