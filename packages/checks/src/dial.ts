import type { Duplex } from 'node:stream';
import { dial as dialTarget, errorCode, formatTarget, isLocalFault, type Target } from '@mdns-ambassador/relay';
import { type CheckOutcome, failCheck, failWith } from './check.ts';

/** Beyond the longest look of a check. */
const DIAL_TIMEOUT_MS = 5000;
/** A service that does not close after our farewell is left. */
const IDLE_TIMEOUT_MS = 5000;
/** Nobody was there to refuse. */
const SILENT_CODES: ReadonlySet<string> = new Set(['ETIMEDOUT', 'DIAL_TIMEOUT', 'EHOSTUNREACH']);
/** The kernel answered for nobody. */
const ABSENT_CODES: ReadonlySet<string> = new Set(['ECONNREFUSED', 'ENOENT']);

/**
 * Opens a connection for a check; rejects with an error whose `code` says why, soon after `signal` aborts at the latest. The
 * stream may be paused, is half-open capable, and destroys itself when it stays silent for some seconds.
 */
export type DialService = (target: Target, signal: AbortSignal) => Promise<Duplex>;

/** Dials over this machine's network. */
export const dialService: DialService = async (target, signal) => {
  const socket = await dialTarget(target, { timeoutMs: DIAL_TIMEOUT_MS, signal });
  socket.setTimeout(IDLE_TIMEOUT_MS, () => socket.destroy());
  return socket;
};

/** Dials as `dial` does, and says this before what a check has to say. */
export function dialSaying(first: Uint8Array, dial: DialService): DialService {
  return async (target, signal) => {
    const connection = await dial(target, signal);
    connection.write(first);
    return connection;
  };
}

/** Closes a connection with a FIN, after an optional last word, and reads on until the service has closed as well. */
export function takeLeave(connection: Duplex, farewell?: Uint8Array): void {
  connection.on('error', () => connection.destroy());
  connection.resume();
  connection.end(farewell);
}

/** What a dial that failed says of the service. */
export function judgeDialFailure(target: Target, error: unknown, signal: AbortSignal): CheckOutcome {
  const reason = describeDialFailure(target, error, signal);
  const code = errorCode(error);
  if (signal.aborted || SILENT_CODES.has(code)) return failWith('silent', reason);
  if (ABSENT_CODES.has(code)) return failWith('absent', reason);
  if (code === 'ENETUNREACH') return failWith('unreachable', reason);
  return isLocalFault(code) ? failWith('local', reason) : failCheck(reason);
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
