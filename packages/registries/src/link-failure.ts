import { errorCode, errorMessage } from '@mdns-ambassador/relay';
/** Why a server can't be spoken with, after its name: `10.0.0.9:2379: it refuses connections (ECONNREFUSED)`. */
export function describeLinkFailure(error: unknown): string {
  const code = errorCode(error);
  switch (code) {
    case 'ECONNREFUSED':
      return `it refuses connections (${code})`;
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
    case 'EADDRNOTAVAIL':
      return `there is no way to it (${code})`;
    case 'ECONNRESET':
    case 'EPIPE':
      return `it reset the connection (${code})`;
    case 'ETIMEDOUT':
      return `it does not answer (${code})`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `its name can't be looked up (${code})`;
    default:
      return errorMessage(error);
  }
}
