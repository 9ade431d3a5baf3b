import { formatTarget, type Target } from '@mdns-ambassador/relay';
import { type Check, type CheckOutcome, failCheck, failDenied, failWith, PASSED } from './check.ts';
import type { DialService } from './dial.ts';
import { exchange } from './exchange.ts';
import {
  readErrorCode,
  readErrorText,
  readFirstColumn,
  readPostgresMessages,
  writePostgresMessage,
  writeStartup,
} from './postgres-message.ts';

/** Who asks, and where. */
export interface PostgresLogin {
  readonly user: string;
  readonly database: string;
}

/** The parameters that a server reports after the login take some hundred bytes. */
const MAX_ANSWER_BYTES = 16_384;
const AUTHENTICATION_OK = 0;
/** SQLSTATE: no line of pg_hba.conf lets in who comes from there, or one refuses him. */
const INVALID_AUTHORIZATION = '28000';
const QUESTION = writePostgresMessage('Q', 'SELECT pg_catalog.pg_is_in_recovery()\0');
const TERMINATE = writePostgresMessage('X');

/**
 * Passes when PostgreSQL says that it is not in recovery. Logs in as a user who needs no password (`trust` or `peer` in
 * pg_hba.conf): no password is ever sent, and a server that wants one, or TLS, fails with a reason that says so.
 */
export function createPostgresPrimaryCheck(target: Target, login: PostgresLogin, dial: DialService): Check {
  const { user, database } = login;
  const request = writeStartup({ user, database, application_name: 'ambassador' });
  return {
    run(signal) {
      let hasAsked = false;
      const judge = (answer: Buffer, say: (request: Uint8Array) => void): CheckOutcome | undefined => {
        const { messages, isBroken } = readPostgresMessages(answer);
        for (const { type, body } of messages) {
          switch (type) {
            case 'R':
              if (body.length >= 4 && body.readUInt32BE() === AUTHENTICATION_OK) break;
              return failCheck(explainPassword(target, login));
            case 'E':
              return judgeError(target, body);
            case 'D':
              return judgeRecovery(target, readFirstColumn(body));
            // Ready for a query.
            case 'Z':
              if (hasAsked) break;
              hasAsked = true;
              say(QUESTION);
              break;
          }
        }
        return isBroken ? failWith('foreign', `${formatTarget(target)} does not answer as PostgreSQL does`) : undefined;
      };
      return exchange({ target, dial, request, farewell: TERMINATE, maxAnswerBytes: MAX_ANSWER_BYTES, judge }, signal);
    },
  };
}

function judgeError(target: Target, body: Buffer): CheckOutcome {
  const reason = `PostgreSQL on ${formatTarget(target)} answers ${JSON.stringify(readErrorText(body))}`;
  return readErrorCode(body) === INVALID_AUTHORIZATION
    ? failDenied({ whom: 'this address', reason })
    : failCheck(reason);
}

function judgeRecovery(target: Target, isInRecovery: string | undefined): CheckOutcome {
  if (isInRecovery === 'f') return PASSED;
  return failCheck(`PostgreSQL on ${formatTarget(target)} is a replica`);
}

function explainPassword(target: Target, { user, database }: PostgresLogin): string {
  return `PostgreSQL on ${formatTarget(target)} asks user ${user} for a password, which a check never sends: let a user without rights in by trust, such as "host ${database} ${user} samenet trust" in pg_hba.conf`;
}
