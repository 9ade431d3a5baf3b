import { isIP } from 'node:net';
import { AmbassadorError } from '../ambassador-error.ts';

/** `10.0.0.1:6379`, `[fe80::1%eth0]:6379`, `db.example.com:5432` */
export interface Place {
  /** A literal address (IPv6 without brackets) or a host name. */
  readonly host: string;
  readonly port: number;
}

const HIGHEST_PORT = 65_535;
/** Characters of a text, in a sentence about it. */
const LONGEST_QUOTE = 300;
/** RFC 1123 2.1, and the underscore that people use. */
const HOST_NAME = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?)*\.?$/i;

/** Throws an {@link AmbassadorError} that names the text and says what to write. */
export function parsePlace(text: string): Place {
  const parts = /^(?:\[([^\]]*)\]|([^:]*)):(\d{1,5})$/.exec(text.trim());
  const host = parts?.[1] ?? parts?.[2] ?? '';
  const port = Number(parts?.[3]);
  const isBracketed = parts?.[1] !== undefined;
  if (!(isBracketed ? isIP(host) === 6 : isHost(host) && isIP(host) !== 6) || !isPort(port)) {
    throw new AmbassadorError(
      'BAD_PLACE',
      `${JSON.stringify(text.slice(0, LONGEST_QUOTE))} is not HOST:PORT: write e.g. 10.0.0.1:6379, db.example.com:5432 or [fd00::1]:6379`,
    );
  }
  return { host, port };
}

export function formatPlace({ host, port }: Place): string {
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}

/** A literal address or a host name; digits and dots alone must be a real address. */
export function isHost(text: string): boolean {
  return isIP(text) !== 0 || (HOST_NAME.test(text) && !/^[\d.]+$/.test(text));
}

export function isLiteral(host: string): boolean {
  return isIP(host) !== 0;
}

export function isPort(port: number): boolean {
  return Number.isInteger(port) && port >= 1 && port <= HIGHEST_PORT;
}
