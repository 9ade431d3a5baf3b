import { HANDSHAKE_CODES } from '@mdns-ambassador/mesh';
import { isLocalFault } from '@mdns-ambassador/relay';
import type { DialFailure } from './engine.ts';

/** What the pool must know of a RelayError's code. */
export function classifyDialFailure(code: string): DialFailure {
  if (isLocalFault(code)) return 'local';
  switch (code) {
    case 'ECONNREFUSED':
    case 'ENOENT':
      return 'refused';
    case 'ECONNRESET':
    case 'ECONNABORTED':
    case 'EPIPE':
    case HANDSHAKE_CODES.refused:
      return 'reset';
    case 'DIAL_TIMEOUT':
    case 'ETIMEDOUT':
      return 'timeout';
    case HANDSHAKE_CODES.busy:
      return 'busy';
    case HANDSHAKE_CODES.down:
      return 'down';
    case HANDSHAKE_CODES.draining:
      return 'draining';
    case HANDSHAKE_CODES.identity:
    case HANDSHAKE_CODES.denied:
    case HANDSHAKE_CODES.quarantine:
      return 'identity';
    default:
      return 'unreachable';
  }
}
