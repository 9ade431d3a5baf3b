import { isIP } from 'node:net';
import { isPort } from './read-value.ts';

/** RFC 1123 2.1, and the underscore that people use. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/** `10.0.0.1:6379`, `[fe80::1%eth0]:6379`, `db.example.com:5432` */
export interface Place {
  /** A literal address (IPv6 without brackets) or a host name. */
  readonly host: string;
  readonly port: number;
}

/** An IPv6 address in brackets (RFC 3986 3.2.2). */
export function formatPlace(host: string, port: number): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** What stands on the two sides of the last colon of HOST:PORT; `port` undefined where there is none. */
export interface WrittenPlace {
  readonly host: string;
  readonly port: string | undefined;
  readonly isHostGood: boolean;
}

/** Takes `HOST`, `HOST:PORT`, `[IPv6]` and `[IPv6]:PORT` apart, whatever the port is. Undefined for any other text: an IPv6 address needs its brackets. */
export function splitPlace(text: string): WrittenPlace | undefined {
  const [, address, name = '', port] = /^(?:\[([^[\]]+)\]|([^:[\]]+))(?::([^:]*))?$/.exec(text) ?? [];
  if (address === undefined && name === '') return undefined;
  if (address !== undefined) return { host: address, port, isHostGood: isIP(address) === 6 };
  return { host: name, port, isHostGood: isIP(name) !== 6 && isHost(name) };
}

/** Undefined where `text` is no HOST:PORT with a port from 1 to 65535. */
export function parsePlace(text: string): Place | undefined {
  const written = splitPlace(text);
  if (written?.isHostGood !== true || !/^\d{1,5}$/.test(written.port ?? '')) return undefined;
  const port = Number(written.port);
  return isPort(port) ? { host: written.host, port } : undefined;
}

/** A literal address or a host name; digits and dots alone must be a real address. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || (HOST_NAME.test(text) && !/^[\d.]+$/.test(text));
}
