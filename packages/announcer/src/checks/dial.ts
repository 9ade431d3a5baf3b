import type { Duplex } from 'node:stream';
import { errorCode, formatTarget, type Target } from '@mdns-ambassador/relay';

/**
 * Opens a connection for a check; rejects with an error whose `code` says why, soon after `signal` aborts at the latest. The
 * stream may be paused, is half-open capable, and destroys itself when it stays silent for some seconds.
 */
export type DialService = (target: Target, signal: AbortSignal) => Promise<Duplex>;

/** Closes a connection with a FIN, after an optional last word, and reads on until the service has closed as well. */
export function takeLeave(connection: Duplex, farewell?: Uint8Array): void {
  connection.on('error', () => connection.destroy());
  connection.resume();
  connection.end(farewell);
}

/** Why a dial failed, as a sentence: `nothing listens on 127.0.0.1:12345 (connection refused)`. */
export function describeDialFailure(target: Target, error: unknown, signal: AbortSignal): string {
  const at = formatTarget(target);
  if (signal.aborted) return `${at} does not accept connections in time`;
  const code = errorCode(error);
  switch (code) {
    case 'ECONNREFUSED':
      return `nothing listens on ${at} (connection refused)`;
    case 'ENOENT':
      return `nothing listens on ${at} (no such socket)`;
    case 'ETIMEDOUT':
    case 'DIAL_TIMEOUT':
      return `${at} does not accept connections in time`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return `there is no way to ${at} (${code})`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `${at} reset the connection`;
    default:
      return `${at} can't be reached (${code})`;
  }
}
