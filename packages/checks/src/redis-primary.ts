import { formatTarget, type Target } from '@mdns-ambassador/relay';
import { type Check, type CheckOutcome, failCheck, failDenied, failWith, PASSED } from './check.ts';
import type { DialService } from './dial.ts';
import { exchange } from './exchange.ts';
import { MAX_ANSWER_BYTES, QUIT, readProtectedMode } from './redis.ts';

/** Since redis 2.8.12; INFO replication says the same in a kilobyte. */
const ROLE = Buffer.from('*1\r\n$4\r\nROLE\r\n');
/** The answer begins with an array whose first element is the role: `*3 $6 master`, `*5 $5 slave`, `*2 $8 sentinel`. */
const ROLE_ANSWER = /^\*\d+\r\n\$\d+\r\n([a-z]+)\r\n/;
const LOCKED: readonly string[] = ['-NOAUTH', '-NOPERM'];

/** Passes when redis says that it is a master. One that asks for a password does not tell its role, and fails. */
export function createRedisPrimaryCheck(target: Target, dial: DialService): Check {
  return {
    run: (signal) => {
      const judge = (answer: Buffer): CheckOutcome | undefined => judgeRole(target, answer);
      return exchange({ target, dial, request: ROLE, farewell: QUIT, maxAnswerBytes: MAX_ANSWER_BYTES, judge }, signal);
    },
  };
}

function judgeRole(target: Target, answer: Buffer): CheckOutcome | undefined {
  const text = answer.toString('latin1');
  const at = formatTarget(target);
  if (text.startsWith('*')) {
    const role = ROLE_ANSWER.exec(text)?.[1];
    if (role === undefined) return undefined;
    return role === 'master' ? PASSED : failCheck(`redis on ${at} is a ${role === 'slave' ? 'replica' : role}`);
  }
  const end = text.indexOf('\r\n');
  if (end === -1) return undefined;
  const line = text.slice(0, end);
  if (line.startsWith('-LOADING')) return failCheck(`redis on ${at} is still loading its data`);
  const denial = readProtectedMode(target, line);
  if (denial !== undefined) return failDenied(denial);
  if (LOCKED.includes(line.split(' ', 1)[0] ?? '')) {
    return failCheck(`redis on ${at} does not tell its role without a password (${JSON.stringify(line.slice(1))})`);
  }
  if (line.startsWith('-')) return failCheck(`redis on ${at} answers ${JSON.stringify(line.slice(1))}`);
  return failWith('foreign', `${at} does not answer ROLE as redis does`);
}
