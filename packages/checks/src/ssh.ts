import { formatTarget, type Target } from '@mdns-ambassador/relay';
import { type Check, type CheckOutcome, failCheck, PASSED } from './check.ts';
import type { DialService } from './dial.ts';
import { exchange } from './exchange.ts';

/** RFC 4253 4.2: lines may stand before it, which a client reads over. */
const IDENTIFICATION = /^SSH-[\x20-\x7e]+\r?\n/m;
const FAREWELL = Buffer.from('SSH-2.0-ambassador\r\n');
/** What OpenSSH says when it has no place left (MaxStartups), in the place of its identification. */
const REFUSAL = /^(?:Exceeded|Not allowed)[\x20-\x7e]*\r?\n/m;
/** The longest that RFC 4253 allows, and some lines before. */
const MAX_ANSWER_BYTES = 2048;

/**
 * Passes when an SSH server tells its identification (RFC 4253 4.2). Tells one as well before it leaves: a server that logs who
 * comes and goes has one line to say of it, not several of a broken client.
 */
export function createSshCheck(target: Target, dial: DialService): Check {
  return {
    run: (signal) =>
      exchange(
        {
          target,
          dial,
          farewell: FAREWELL,
          maxAnswerBytes: MAX_ANSWER_BYTES,
          judge: (answer) => judgeIdentification(target, answer.toString('latin1')),
        },
        signal,
      ),
  };
}

function judgeIdentification(target: Target, answer: string): CheckOutcome | undefined {
  if (IDENTIFICATION.test(answer)) return PASSED;
  const refusal = REFUSAL.exec(answer)?.[0];
  if (refusal !== undefined) return failCheck(`SSH on ${formatTarget(target)} says ${JSON.stringify(refusal.trim())}`);
  return undefined;
}
