import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { askOnce, type Clock, type NetworkInterface } from '@mdns-ambassador/mdns';

/** A name server that is silent is not waited for longer. */
const LOOKUP_MS = 3_000;
const ASK_MS = 1_200;
/** More addresses of one machine tell nothing more. */
const MOST_ADDRESSES = 8;

/**
 * The literal addresses that HOST stands for, 8 at most: what the system knows, else what the link says of a `.local` name. Never
 * rejects; empty where nobody knows any.
 */
export async function findAddresses(
  host: string,
  interfaces: readonly NetworkInterface[],
  clock: Clock,
): Promise<readonly string[]> {
  if (isIP(host.replace(/%.*$/, '')) !== 0) return [host];
  const known = await Promise.race([
    lookup(host, { all: true, verbatim: true }).then(
      (found) => found.map(({ address }) => address),
      () => [],
    ),
    new Promise<readonly string[]>((resolve) => void clock.after(LOOKUP_MS, () => resolve([]))),
  ]);
  if (known.length > 0) return known.slice(0, MOST_ADDRESSES);
  const hostName = host.includes('.') ? host : `${host}.local`;
  if (!/\.local\.?$/i.test(hostName)) return [];
  const asked = await Promise.all(
    interfaces.flatMap((on) =>
      (['IPv4', 'IPv6'] as const)
        .filter((family) => on.addresses.some((own) => own.family === family))
        .map((family) => askOnce({ to: { kind: 'group', on, family }, hostName, clock, durationMs: ASK_MS })),
    ),
  );
  return [...new Set(asked.flatMap(({ addresses }) => addresses))]
    .filter((address) => !/^fe80:/i.test(address))
    .slice(0, MOST_ADDRESSES);
}
