import { answerTo, FakeService, listCheckCases, staySilent, TARGET } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createPostgresCheck } from '../src/postgres.ts';

/** SSLRequest: length 8, code 80877103. */
const SSL_REQUEST = '\x00\x00\x00\x08\x04\xd2\x16\x2f';
const isSslRequest = new RegExp(`^${SSL_REQUEST}$`);

describe('The postgres check', () => {
  const services = {
    well: new FakeService(answerTo(isSslRequest, 'N')),
    unwell: new FakeService(answerTo(isSslRequest, 'E')),
    silent: new FakeService(staySilent),
  };
  for (const { name, run } of listCheckCases({
    createCheck: (condition) => createPostgresCheck(TARGET, services[condition].dial),
    countOpen: () => Object.values(services).reduce((sum, { openConnections }) => sum + openConnections, 0),
  })) {
    test(name, run);
  }
});

test('A server that offers TLS is well, too', async () => {
  const service = new FakeService(answerTo(isSslRequest, 'S'));
  expect(await createPostgresCheck(TARGET, service.dial).run(new AbortController().signal)).toEqual({ ok: true });
});

test('A server of another kind is told as such', async () => {
  const service = new FakeService((connection) => connection.write('220 mail.example.com ESMTP\r\n'));
  expect(await createPostgresCheck(TARGET, service.dial).run(new AbortController().signal)).toMatchObject({
    ok: false,
    reason: '127.0.0.1:12345 does not answer as PostgreSQL does',
  });
});
