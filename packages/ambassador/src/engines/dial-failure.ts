import { HANDSHAKE_CODES } from '@mdns-ambassador/mesh';
import { isLocalFault } from '@mdns-ambassador/relay';
import type { DialFailure } from './engine.ts';

const FAILURES: ReadonlyMap<string, DialFailure> = new Map<string, DialFailure>([
  ['ECONNREFUSED', 'refused'],
  ['ENOENT', 'refused'],
  ['ECONNRESET', 'reset'],
  ['ECONNABORTED', 'reset'],
  ['EPIPE', 'reset'],
  [HANDSHAKE_CODES.refused, 'reset'],
  ['DIAL_TIMEOUT', 'timeout'],
  ['ETIMEDOUT', 'timeout'],
  [HANDSHAKE_CODES.busy, 'busy'],
  [HANDSHAKE_CODES.down, 'down'],
  [HANDSHAKE_CODES.draining, 'draining'],
  [HANDSHAKE_CODES.identity, 'identity'],
  [HANDSHAKE_CODES.denied, 'identity'],
  [HANDSHAKE_CODES.quarantine, 'identity'],
]);

/** What the pool must know of a RelayError's code. */
export function classifyDialFailure(code: string): DialFailure {
  return isLocalFault(code) ? 'local' : (FAILURES.get(code) ?? 'unreachable');
}
