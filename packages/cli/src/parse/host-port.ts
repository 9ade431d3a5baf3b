import { isIP } from 'node:net';
import { InvalidValue } from '../exit/cli-error.ts';
import { parsePort } from './port.ts';

export interface HostPort {
  /** A literal IP address without brackets, or a host name. */
  readonly host: string;
  readonly port: number;
}

/** `10.0.0.5:6379`, `[fe80::1%eth0]:6379`, `db.example:6379`. */
export function parseHostPort(
  text: string,
  options: { readonly ephemeral?: boolean; readonly example?: string } = {},
): HostPort {
  const match = /^(?:\[([^[\]]+)\]|([^:[\]]+)):([^:]*)$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  if (match === null || host === undefined) {
    const hint = isIP(text) === 6 ? `[${text}]:6379` : (options.example ?? '10.0.0.5:6379 or [::1]:6379');
    throw new InvalidValue(`"${text}" is no address with a port; write ADDRESS:PORT, such as ${hint}`);
  }
  if (match[1] !== undefined ? isIP(host) !== 6 : !isHost(host)) {
    throw new InvalidValue(`"${host}" in "${text}" is no address; write an IP address or a host name`);
  }
  return { host, port: parsePort(match[3] ?? '', options) };
}

/** An IPv4 literal or a host name (RFC 1123 2.1); digits and dots alone must be a real address. */
function isHost(host: string): boolean {
  if (isIP(host) === 4) return true;
  if (/^[\d.]+$/.test(host) || host.length > 253) return false;
  return /^[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?(?:\.[a-z0-9_](?:[a-z0-9_-]*[a-z0-9_])?)*\.?$/i.test(host);
}
