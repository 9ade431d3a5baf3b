import { formatTarget, type Target } from '@mdns-ambassador/relay';
import { type Check, type CheckOutcome, failCheck, failWith, PASSED } from './check.ts';
import type { DialService } from './dial.ts';
import { exchange } from './exchange.ts';

const PING = Buffer.from('*1\r\n$4\r\nPING\r\n');
export const QUIT: Uint8Array = Buffer.from('*1\r\n$4\r\nQUIT\r\n');
/** Errors of a redis that is alive but does not know us. */
const ALIVE_ERRORS: readonly string[] = ['-NOAUTH', '-NOPERM', '-DENIED', '-WRONGPASS'];

/** Passes when redis answers PING, or asks who we are. A redis that loads its data, or lost its master, is not up. */
export function createRedisCheck(target: Target, dial: DialService): Check {
  return {
    run: (signal) =>
      exchange({ target, dial, request: PING, farewell: QUIT, judge: (answer) => judgePong(target, answer) }, signal),
  };
}

function judgePong(target: Target, answer: Buffer): CheckOutcome | undefined {
  const end = answer.indexOf('\r\n');
  if (end === -1) return undefined;
  const line = answer.toString('latin1', 0, end);
  if (line === '+PONG' || ALIVE_ERRORS.includes(line.split(' ', 1)[0] ?? '')) return PASSED;
  const at = formatTarget(target);
  if (line.startsWith('-LOADING')) return failCheck(`redis on ${at} is still loading its data`);
  if (line.startsWith('-')) return failCheck(`redis on ${at} answers ${JSON.stringify(line.slice(1))}`);
  return failWith('foreign', `${at} does not answer PING as redis does`);
}
