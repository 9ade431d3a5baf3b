import { formatTarget, type Target } from '@mdns-ambassador/relay';
import { type Check, type CheckOutcome, type Denial, failCheck, failWith, PASSED, passDenied } from './check.ts';
import type { DialService } from './dial.ts';
import { exchange } from './exchange.ts';

const PING = Buffer.from('*1\r\n$4\r\nPING\r\n');
export const QUIT: Uint8Array = Buffer.from('*1\r\n$4\r\nQUIT\r\n');
/** Protected mode is told in a line of 984 bytes. */
export const MAX_ANSWER_BYTES = 4096;
/** Errors of a redis that is alive but does not know us. */
const ALIVE_ERRORS: readonly string[] = ['-NOAUTH', '-NOPERM', '-WRONGPASS'];

/** Passes when redis answers PING, or asks who we are. A redis that loads its data, or lost its master, is not up. */
export function createRedisCheck(target: Target, dial: DialService): Check {
  return {
    run: (signal) => {
      const judge = (answer: Buffer): CheckOutcome | undefined => judgePong(target, answer);
      return exchange({ target, dial, request: PING, farewell: QUIT, maxAnswerBytes: MAX_ANSWER_BYTES, judge }, signal);
    },
  };
}

/** A redis without a password lets in who comes by loopback alone (redis.conf, protected-mode); undefined for another answer. */
export function readProtectedMode(target: Target, line: string): Denial | undefined {
  if (!line.startsWith('-DENIED')) return undefined;
  return {
    whom: 'others',
    reason: `redis on ${formatTarget(target)} is in protected mode: without a password it lets in nobody from another machine`,
  };
}

function judgePong(target: Target, answer: Buffer): CheckOutcome | undefined {
  const end = answer.indexOf('\r\n');
  if (end === -1) return undefined;
  const line = answer.toString('latin1', 0, end);
  const denial = readProtectedMode(target, line);
  if (denial !== undefined) return passDenied(denial);
  if (line === '+PONG' || ALIVE_ERRORS.includes(line.split(' ', 1)[0] ?? '')) return PASSED;
  const at = formatTarget(target);
  if (line.startsWith('-LOADING')) return failCheck(`redis on ${at} is still loading its data`);
  if (line.startsWith('-')) return failCheck(`redis on ${at} answers ${JSON.stringify(line.slice(1))}`);
  return failWith('foreign', `${at} does not answer PING as redis does`);
}
