import { formatTarget, type Target } from '@mdns-ambassador/relay';
import { type Check, failWith, PASSED } from './check.ts';
import type { DialService } from './dial.ts';
import { exchange } from './exchange.ts';

/** SSLRequest: length 8, code 80877103 (PostgreSQL protocol, message formats). */
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');
const SSL_SUPPORTED = 0x53;
const SSL_NOT_SUPPORTED = 0x4e;

/** Passes when PostgreSQL answers an SSLRequest; unlike a bare connect it leaves no line in the server's log. */
export function createPostgresCheck(target: Target, dial: DialService): Check {
  return {
    run: (signal) =>
      exchange(
        {
          target,
          dial,
          request: SSL_REQUEST,
          judge: (answer) =>
            answer[0] === SSL_SUPPORTED || answer[0] === SSL_NOT_SUPPORTED
              ? PASSED
              : failWith('foreign', `${formatTarget(target)} does not answer as PostgreSQL does`),
        },
        signal,
      ),
  };
}
