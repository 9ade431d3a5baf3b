import { isIPv6 } from 'node:net';
import { isLocalTarget } from '@mdns-ambassador/relay';

/** Whether a host that somebody wrote is this machine by itself, as `localhost` and `[::1]` are. */
export function isLocalHost(host: string): boolean {
  const address = isIPv6(host) || !host.startsWith('[') ? host : host.slice(1, -1);
  return /^localhost\.?$/i.test(host) || isLocalTarget({ kind: 'tcp', address, port: 0 });
}
