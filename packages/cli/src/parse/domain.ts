import { type DomainFault, parseDomain } from '@mdns-ambassador/dns';
import { InvalidValue } from '../exit/cli-error.ts';

const EXPLANATIONS: Readonly<Record<DomainFault, string>> = {
  malformed: 'is no domain; write labels of a-z, 0-9 and - with dots between them, such as ambassador.internal',
  'too-long': 'has more than 120 characters, which leaves no room for names; write a shorter one',
  multicast: 'is under local, which is for multicast DNS alone (RFC 6762); write another, such as ambassador.internal',
  loopback: 'is under localhost, which programs never ask for (RFC 6761); write another, such as ambassador.internal',
};

/** Its labels joined by dots, in lower case. */
export function parseServedDomain(text: string): string {
  const labels = parseDomain(text);
  if (typeof labels === 'string') throw new InvalidValue(`"${text}" ${EXPLANATIONS[labels]}`);
  return labels.join('.');
}
