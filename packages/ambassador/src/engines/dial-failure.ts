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
      return 'reset';
    case 'DIAL_TIMEOUT':
    case 'ETIMEDOUT':
      return 'timeout';
    default:
      return 'unreachable';
  }
}
