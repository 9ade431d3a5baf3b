import { type Behaviour, FakeService, listCheckCases, staySilent, TARGET } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createPostgresPrimaryCheck } from '../src/postgres-primary.ts';

/** As it is in the options, which have a kind as well. */
const LOGIN = { kind: 'postgres-primary', user: 'monitor', database: 'app' } as const;
/** Length 63, version 3.0, user, database, application_name, the end. */
const STARTUP = `${hex('0000003f00030000')}user\0monitor\0database\0app\0application_name\0ambassador\0\0`;
/** Length 42. */
const QUESTION = `Q${hex('0000002a')}SELECT pg_catalog.pg_is_in_recovery()\0`;
const AUTHENTICATION_OK = frame('R', hex('00000000'));
const AUTHENTICATION_SASL = frame('R', `${hex('0000000a')}SCRAM-SHA-256\0\0`);
const PARAMETER = frame('S', 'server_version\x0015\0');
const READY = frame('Z', 'I');
/** One column of one byte. */
const dataRow = (value: string): string => frame('D', hex('000100000001') + value);
const ERROR = frame('E', 'SFATAL\0C28000\0Mno pg_hba.conf entry for it\0\0');

function hex(text: string): string {
  return Buffer.from(text, 'hex').toString('latin1');
}

function frame(type: string, body: string): string {
  return type + hex((body.length + 4).toString(16).padStart(8, '0')) + body;
}

/** Answers the startup and then the question; both may come in pieces. */
function serve(onStartup: string, onQuestion: string): Behaviour {
  return (connection) => {
    let heard = '';
    connection.on('data', (chunk: Buffer) => {
      heard += chunk.toString('latin1');
      if (heard === STARTUP) connection.write(Buffer.from(onStartup, 'latin1'));
      if (heard === STARTUP + QUESTION) connection.write(Buffer.from(onQuestion, 'latin1'));
    });
  };
}

const LOGGED_IN = AUTHENTICATION_OK + PARAMETER + READY;
const answered = (value: string): string => frame('T', hex('0000')) + dataRow(value) + READY;

function checkWith(behaviour: Behaviour) {
  return createPostgresPrimaryCheck(TARGET, LOGIN, new FakeService(behaviour).dial).run(new AbortController().signal);
}

describe('The postgres-primary check', () => {
  const services = {
    well: new FakeService(serve(LOGGED_IN, answered('f'))),
    unwell: new FakeService(serve(LOGGED_IN, answered('t'))),
    silent: new FakeService(staySilent),
  };
  for (const { name, run } of listCheckCases({
    createCheck: (condition) => createPostgresPrimaryCheck(TARGET, LOGIN, services[condition].dial),
    countOpen: () => Object.values(services).reduce((sum, { openConnections }) => sum + openConnections, 0),
  })) {
    test(name, run);
  }
});

test('A server in recovery is told as a replica', async () => {
  expect(await checkWith(serve(LOGGED_IN, answered('t')))).toMatchObject({
    ok: false,
    reason: 'PostgreSQL on 127.0.0.1:12345 is a replica',
  });
});

test('A server that asks for a password is told so, with what to do', async () => {
  const outcome = await checkWith(serve(AUTHENTICATION_SASL, ''));
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining('asks user monitor for a password') });
});

test('The server’s own words are the reason when it refuses the login', async () => {
  const reason = 'PostgreSQL on 127.0.0.1:12345 answers "no pg_hba.conf entry for it"';
  expect(await checkWith(serve(ERROR, ''))).toEqual({ ok: false, reason, denial: { whom: 'this address', reason } });
  const full = frame('E', 'SFATAL\0C53300\0Msorry, too many clients already\0\0');
  expect(await checkWith(serve(full, ''))).toEqual({ ok: false, reason: expect.stringContaining('too many clients') });
});

test('Answers that come byte by byte are put together', async () => {
  const outcome = await checkWith((connection) => {
    const service = serve(LOGGED_IN, answered('f'));
    const write = connection.write.bind(connection);
    connection.write = (bytes: Uint8Array) => {
      for (const byte of bytes) write(Buffer.of(byte));
      return true;
    };
    service(connection);
  });
  expect(outcome).toEqual({ ok: true });
});

test.each(['\x00\x00\x00\x00', 'R\x00\x00\x00\x01', '\xff'.repeat(40)])(
  '%j is no answer of PostgreSQL',
  async (answer) => {
    expect(await checkWith(serve(answer, ''))).toMatchObject({
      ok: false,
      reason: '127.0.0.1:12345 does not answer as PostgreSQL does',
    });
  },
);
