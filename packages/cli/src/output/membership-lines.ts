import type { EndWarning } from '@mdns-ambassador/mesh';

const REMEDY = 'any keeper that it meets renews it; bring one onto this network, or have one invite it anew';

/** Undefined where nothing is to be said. */
export function describeEnd(warning: EndWarning): string | undefined {
  switch (warning.kind) {
    case 'none':
      return undefined;
    case 'ends':
      return `this machine's membership of the mesh ends in ${warning.days === 1 ? 'a day' : `${warning.days} days`}: ${REMEDY}`;
    case 'ended':
      return "this machine's membership of the mesh has ended, and nobody accepts it: have a keeper invite it anew (ambassador mesh invite)";
    default:
      return warning satisfies never;
  }
}
