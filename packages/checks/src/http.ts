import { type IncomingMessage, request } from 'node:http';
import type { Duplex } from 'node:stream';
import { formatTarget, type Target, toError } from '@mdns-ambassador/relay';
import { type Check, type CheckOutcome, failCheck, failWith, PASSED } from './check.ts';
import { type DialService, judgeDialFailure } from './dial.ts';

/** Node's default is 16 KiB; a health answer needs less. */
const MAX_HEADER_BYTES = 8192;
/** More of the body is not read. */
const MAX_BODY_BYTES = 65_536;

/**
 * Passes when `GET path` is answered with 2xx or 3xx. Redirects are not followed. The body is read for the server's sake, that it
 * may close in peace, but no longer than the signal and 64 KiB allow.
 */
export function createHttpCheck(target: Target, path: string, dial: DialService): Check {
  return {
    async run(signal) {
      let connection: Duplex;
      try {
        connection = await dial(target, signal);
      } catch (error) {
        return judgeDialFailure(target, error, signal);
      }
      connection.on('error', () => connection.destroy());
      const outcome = await askForPath(connection, target, path, signal);
      connection.destroy();
      return outcome;
    },
  };
}

function askForPath(connection: Duplex, target: Target, path: string, signal: AbortSignal): Promise<CheckOutcome> {
  const at = formatTarget(target);
  return new Promise((resolve) => {
    const fail = (error: Error): void => {
      if (signal.aborted) resolve(failWith('silent', `GET ${path} on ${at} is not answered in time`));
      else resolve(failCheck(`${at} does not answer GET ${path} as an HTTP server does (${error.message})`));
    };
    try {
      const asked = request({
        createConnection: () => connection,
        method: 'GET',
        path,
        headers: { host: target.kind === 'unix' ? 'localhost' : at, connection: 'close', 'user-agent': 'ambassador' },
        maxHeaderSize: MAX_HEADER_BYTES,
        signal,
      });
      asked.once('response', (response) => {
        const status = response.statusCode ?? 0;
        const outcome = status >= 200 && status < 400 ? PASSED : failCheck(`GET ${path} on ${at} answers ${status}`);
        asked.off('error', fail).on('error', () => resolve(outcome));
        readToEnd(response, () => resolve(outcome));
      });
      asked.once('upgrade', () => fail(new Error('upgrade that nobody asked for')));
      asked.on('error', fail);
      asked.end();
      connection.resume();
    } catch (error) {
      fail(toError(error));
    }
  });
}

/** Calls `onDone` at the end of the body, after too much of it, or when the connection ends in whichever way. */
function readToEnd(response: IncomingMessage, onDone: () => void): void {
  let bytes = 0;
  response.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) onDone();
  });
  response.on('error', onDone);
  response.once('end', onDone);
  response.once('close', onDone);
}
