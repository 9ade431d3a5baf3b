import { errorCode, errorMessage } from '@mdns-ambassador/relay';

/** By the system's code. */
const FAILURES: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'it refuses connections'],
  ['EHOSTUNREACH', 'there is no way to it'],
  ['ENETUNREACH', 'there is no way to it'],
  ['EADDRNOTAVAIL', 'there is no way to it'],
  ['ECONNRESET', 'it reset the connection'],
  ['EPIPE', 'it reset the connection'],
  ['ETIMEDOUT', 'it does not answer'],
  ['ENOTFOUND', "its name can't be looked up"],
  ['EAI_AGAIN', "its name can't be looked up"],
]);

/** Why a server can't be spoken with, after its name: `10.0.0.9:2379: it refuses connections (ECONNREFUSED)`. */
export function describeLinkFailure(error: unknown): string {
  const code = errorCode(error);
  const failure = FAILURES.get(code);
  return failure === undefined ? errorMessage(error) : `${failure} (${code})`;
}
