import { type Leg, type Parsing, Refusal, readLeg } from '@mdns-ambassador/relay';
import type { Secret } from '../secret.ts';
import { encodeError, isLoginError, isPassingError, parseError, type ServerError, SQLSTATE } from './error-response.ts';
import { encodeInt32, encodeMessage, endString, type PostgresMessage, parseMessage } from './message.ts';
import { hashMd5 } from './password.ts';
import { SCRAM_MECHANISM, Scram, type ScramAnswer, ScramError } from './scram.ts';

/** PostgreSQL 55.7, AuthenticationRequest. */
const AUTHENTICATION = {
  ok: 0,
  cleartextPassword: 3,
  md5Password: 5,
  sasl: 10,
  saslContinue: 11,
  saslFinal: 12,
} as const;
const MD5_SALT_BYTES = 4;
/** Notices and the like that come before the login is done. */
const MAX_MESSAGES = 32;
const ENCODED_OK = encodeMessage('R', encodeInt32(AUTHENTICATION.ok));

export interface LoginOptions {
  /** The startup packet, as it is sent. */
  readonly startup: Uint8Array;
  /** latin1. */
  readonly user: string;
  readonly secret: Secret;
  /** Whether nobody but the service can read what it is sent; asked where it asks for clear text. */
  readonly isPrivate: () => boolean;
  readonly random?: () => string;
}

/** How a login ended. */
export type PostgresOutcome =
  /** `greeting` is what the client is told of it, up to and with AuthenticationOk. */
  | { readonly kind: 'accepted'; readonly greeting: Buffer }
  /** These credentials are not taken; others may be. */
  | { readonly kind: 'rejected'; readonly error: ServerError };

/** What the server is about to ask or be told. */
type PostgresLoginState =
  | { readonly kind: 'asked' }
  | { readonly kind: 'scram-begun'; readonly scram: Scram }
  | { readonly kind: 'scram-answered'; readonly answer: ScramAnswer }
  | { readonly kind: 'verified' };

/**
 * Logs in at a server that was just connected to. Rejects with a Refusal where the set-up is wrong or the server has no room, and
 * with another error where it does not speak as a PostgreSQL server must.
 */
export async function logIn(server: Leg, options: LoginOptions, signal: AbortSignal): Promise<PostgresOutcome> {
  server.write(options.startup);
  const told: Buffer[] = [];
  let state: PostgresLoginState = { kind: 'asked' };
  for (let count = 0; count < MAX_MESSAGES; count += 1) {
    const message = await readLeg(server, parseOne, signal);
    switch (message.type) {
      case 'R': {
        if (readCode(message) === AUTHENTICATION.ok) {
          expectVerified(state);
          return { kind: 'accepted', greeting: Buffer.concat([...told, ENCODED_OK]) };
        }
        state = await answerRequest(server, message, state, options);
        break;
      }
      case 'E':
        return rejectLogin(parseError(message.body));
      // NegotiateProtocolVersion and notices are for the client, who is told nothing before the login is done.
      case 'v':
      case 'N':
        told.push(encodeMessage(message.type, message.body));
        break;
      default:
        throw new Error('It does not log in as a PostgreSQL server does');
    }
  }
  throw new Error('It says too much before the login is done');
}

function parseOne(bytes: Buffer): Parsing<PostgresMessage> {
  const parsing = parseMessage(bytes);
  switch (parsing.kind) {
    case 'incomplete':
      return parsing;
    case 'wrong':
      throw new Error('It does not speak the PostgreSQL protocol');
    case 'parsed':
      return { kind: 'parsed', value: parsing.message, size: parsing.size };
    default:
      return parsing satisfies never;
  }
}

async function answerRequest(
  server: Leg,
  message: PostgresMessage,
  state: PostgresLoginState,
  options: LoginOptions,
): Promise<PostgresLoginState> {
  const { secret, user } = options;
  const code = readCode(message);
  const data = message.body.subarray(4);
  switch (code) {
    case AUTHENTICATION.cleartextPassword:
      expectAsked(state);
      if (!options.isPrivate()) {
        throw refuse(
          'the server asks for the password in clear text, which is told over TLS, in a mesh, or to a user of this machine who is known to be the service; have it ask for scram-sha-256 (pg_hba.conf), or use TLS',
        );
      }
      server.write(encodeMessage('p', endString(secret.reveal())));
      return { kind: 'verified' };
    case AUTHENTICATION.md5Password:
      expectAsked(state);
      if (data.length !== MD5_SALT_BYTES) throw new Error('It sent no salt for MD5');
      server.write(encodeMessage('p', endString(hashMd5(secret.reveal(), user, data))));
      return { kind: 'verified' };
    case AUTHENTICATION.sasl: {
      expectAsked(state);
      if (!data.toString('latin1').split('\0').includes(SCRAM_MECHANISM)) {
        throw refuse(`the server offers no ${SCRAM_MECHANISM}, the only SASL mechanism that is known here`);
      }
      const scram = new Scram(options.random?.());
      const first = Buffer.from(scram.clientFirst);
      server.write(encodeMessage('p', endString(SCRAM_MECHANISM), encodeInt32(first.length), first));
      return { kind: 'scram-begun', scram };
    }
    case AUTHENTICATION.saslContinue: {
      if (state.kind !== 'scram-begun') throw outOfTurn();
      const scram = state.scram;
      const answer = await refusing(() => scram.answer(data.toString('latin1'), secret.reveal()));
      server.write(encodeMessage('p', Buffer.from(answer.clientFinal)));
      return { kind: 'scram-answered', answer };
    }
    case AUTHENTICATION.saslFinal: {
      if (state.kind !== 'scram-answered') throw outOfTurn();
      const answer = state.answer;
      await refusing(async () => answer.verify(data.toString('latin1')));
      return { kind: 'verified' };
    }
    default:
      throw refuse(`the server asks for a way to log in that is not known here (${code})`);
  }
}

function readCode({ body }: PostgresMessage): number {
  if (body.length < 4) throw new Error('It sent an authentication request without a code');
  return body.readInt32BE(0);
}

function expectAsked(state: PostgresLoginState): void {
  if (state.kind !== 'asked') throw outOfTurn();
}

/** A server that began SCRAM must show that it knows the password too before it is believed. */
function expectVerified(state: PostgresLoginState): void {
  if (state.kind === 'asked' || state.kind === 'verified') return;
  throw refuse('the server broke off the SCRAM exchange without showing that it knows the password');
}

function outOfTurn(): Error {
  return new Error('It sent an authentication request out of turn');
}

/** What is wrong with SCRAM is wrong with the set-up or worse: it is told and not tried elsewhere. */
async function refusing<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await attempt();
  } catch (error) {
    if (error instanceof ScramError) throw refuse(error.message);
    throw error;
  }
}

function rejectLogin(error: ServerError): PostgresOutcome {
  if (isLoginError(error)) return { kind: 'rejected', error };
  const message = `the server answered ${describeServerError(error)}`;
  throw new Refusal(message, encodeError({ code: error.code, message: error.message }), {
    isPassing: isPassingError(error),
  });
}

function refuse(message: string): Refusal {
  return new Refusal(message, encodeError({ code: SQLSTATE.connectionFailure, message }));
}

/** What a server says is not trusted to be fit for a line of the log. */
const UNPRINTABLE = /[^\x20-\x7e]/g;
const MAX_SHOWN = 200;

export function describeServerError({ code, message }: ServerError): string {
  return `${code}: ${message}`.slice(0, MAX_SHOWN).replace(UNPRINTABLE, '?');
}
