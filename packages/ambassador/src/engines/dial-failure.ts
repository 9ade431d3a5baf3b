import type { DialFailure } from './engine.ts';

/** What the pool must know of a RelayError's code. */
export function classifyDialFailure(code: string): DialFailure {
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
    // These speak of this machine: out of files, ports, memory; forbidden by its own firewall.
    case 'EMFILE':
    case 'ENFILE':
    case 'EADDRNOTAVAIL':
    case 'EADDRINUSE':
    case 'EAGAIN':
    case 'ENOBUFS':
    case 'ENOMEM':
    case 'EACCES':
    case 'EPERM':
    case 'ENETDOWN':
      return 'local';
    default:
      return 'unreachable';
  }
}
