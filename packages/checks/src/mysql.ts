import { formatTarget, type Target } from '@mdns-ambassador/relay';
import { type Check, type CheckOutcome, failCheck, failWith, PASSED, passDenied } from './check.ts';
import type { DialService } from './dial.ts';
import { exchange } from './exchange.ts';
import { type MysqlPacket, readMysqlPackets, writeHandshakeResponse } from './mysql-packet.ts';

/** Before and after 4.1 and MariaDB alike. */
const GREETING = 0x0a;
const ERROR = 0xff;
/** It is alive, and others may be let in: it says so before it greets. */
const ER_HOST_NOT_PRIVILEGED = 1130;
const MAX_ANSWER_BYTES = 4096;

/**
 * Passes when MySQL or MariaDB greets; one that has blocked this host, or has no place left, fails. A client that leaves without a
 * login counts as an error of its host, and a hundred block it (max_connect_errors): the check therefore tries to log in as a user
 * that there should not be, which counts as nothing and leaves one line in the log of a server that tells of refused logins.
 */
export function createMysqlCheck(target: Target, dial: DialService): Check {
  return {
    run(signal) {
      const judge = (answer: Buffer, say: (request: Uint8Array) => void): CheckOutcome | undefined => {
        const { packets, isBroken } = readMysqlPackets(answer);
        const [first, second] = packets;
        if (isBroken || (first !== undefined && first.sequence !== 0)) return refuseForeign(target);
        if (first === undefined) return undefined;
        if (first.body[0] === ERROR) return judgeRefusal(target, first);
        if (first.body[0] !== GREETING) return refuseForeign(target);
        if (second !== undefined) return PASSED;
        if (packets.length === 1 && !hasReplied) {
          hasReplied = true;
          say(writeHandshakeResponse(first.sequence + 1));
        }
        return undefined;
      };
      let hasReplied = false;
      return exchange({ target, dial, maxAnswerBytes: MAX_ANSWER_BYTES, judge }, signal);
    },
  };
}

function judgeRefusal(target: Target, { body }: MysqlPacket): CheckOutcome {
  const code = body.length >= 3 ? body.readUInt16LE(1) : 0;
  // MySQL 4.1 and later put `#` and five letters of SQLSTATE before the text.
  const text = body.toString('utf8', 3).replace(/^#.{5}/, '');
  const reason = `MySQL on ${formatTarget(target)} answers ${JSON.stringify(text)} (${code})`;
  return code === ER_HOST_NOT_PRIVILEGED ? passDenied({ whom: 'this address', reason }) : failCheck(reason);
}

function refuseForeign(target: Target): CheckOutcome {
  return failWith('foreign', `${formatTarget(target)} does not greet as MySQL does`);
}
