import { isIP } from 'node:net';
import { isLoopback, LOCALHOST_ADDRESSES, stripZone } from '@mdns-ambassador/relay';
import type { Host } from './host.ts';

/** Where a service was said to listen. */
export type ServiceHost =
  | { readonly kind: 'any' }
  /** These addresses, all of this machine. */
  | { readonly kind: 'own'; readonly addresses: readonly string[] }
  /** Another machine. */
  | { readonly kind: 'elsewhere'; readonly addresses: readonly string[] };

const LOCALHOST = 'localhost';
/** Every address of a machine, in one family each. */
export const UNSPECIFIED_ADDRESSES: readonly string[] = ['0.0.0.0', '::'];

/** What `host` of a SERVICE means on this machine; a name is looked up. Rejects when it can't be resolved. */
export async function resolveServiceHost(hostname: string | undefined, host: Host): Promise<ServiceHost> {
  if (hostname === undefined || UNSPECIFIED_ADDRESSES.includes(hostname)) return { kind: 'any' };
  const addresses = isIP(hostname) === 0 ? await resolveName(hostname, host) : [hostname];
  const machine = new Set(host.addresses());
  const own = addresses.filter((address) => isLoopback(address) || machine.has(stripZone(address)));
  return own.length > 0 ? { kind: 'own', addresses: own } : { kind: 'elsewhere', addresses };
}

/** Whether a host as it was written means `localhost`, or any address of this machine. */
export function isThisMachine(hostname: string | undefined): boolean {
  if (hostname === undefined || UNSPECIFIED_ADDRESSES.includes(hostname)) return true;
  return hostname.toLowerCase() === LOCALHOST || LOCALHOST_ADDRESSES.includes(hostname);
}

/** RFC 6761 6.3: `localhost` is loopback, whatever a resolver says. */
async function resolveName(hostname: string, host: Host): Promise<readonly string[]> {
  return hostname.toLowerCase() === LOCALHOST ? LOCALHOST_ADDRESSES : host.lookup(hostname);
}
