import { Resolver } from 'node:dns/promises';
import { SERVER_LABEL } from '@mdns-ambassador/dns';
import { formatTarget } from '@mdns-ambassador/relay';
import type { DnsRequest } from '../requests/dns-request.ts';

const TIMEOUT_MS = 1_000;

/** Whether who has each of these places answers for the domain as this program does. */
export async function isAnsweredByAmbassador({ at, domain }: DnsRequest): Promise<boolean> {
  const found = await Promise.all(
    at.map(async (place) => {
      try {
        const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 1 });
        resolver.setServers([formatTarget(place)]);
        return (await resolver.resolveSoa(domain)).nsname === `${SERVER_LABEL}.${domain}`;
      } catch {
        return false;
      }
    }),
  );
  return found.every((is) => is);
}
