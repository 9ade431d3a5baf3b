import { dialForever, FakeService, failDial, listCheckCases, staySilent, TARGET } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createTcpCheck } from '../src/tcp.ts';

const signal = new AbortController().signal;

describe('The tcp check', () => {
  const service = new FakeService(staySilent);
  const dials = { well: service.dial, unwell: failDial('ECONNREFUSED'), silent: dialForever };
  for (const { name, run } of listCheckCases({
    createCheck: (condition) => createTcpCheck(TARGET, dials[condition]),
    countOpen: () => service.openConnections,
  })) {
    test(name, run);
  }
});

test.each([
  ['ECONNREFUSED', 'nothing listens on 127.0.0.1:12345 (connection refused)'],
  ['ETIMEDOUT', '127.0.0.1:12345 does not accept connections in time'],
  ['EHOSTUNREACH', 'there is no way to 127.0.0.1:12345 (EHOSTUNREACH)'],
  ['ECONNRESET', '127.0.0.1:12345 reset the connection'],
  ['EMFILE', "127.0.0.1:12345 can't be reached (EMFILE)"],
])('%s is told as a sentence', async (code, reason) => {
  expect(await createTcpCheck(TARGET, failDial(code)).run(signal)).toMatchObject({ ok: false, reason });
});

test('A service that speaks first is heard out before the connection closes', async () => {
  let ended = false;
  const service = new FakeService((connection) => {
    connection.write('220 hello\r\n');
    connection.on('end', () => {
      ended = true;
    });
    connection.resume();
  });
  expect(await createTcpCheck(TARGET, service.dial).run(signal)).toEqual({ ok: true });
  await new Promise((resolve) => setImmediate(resolve));
  expect(ended).toBe(true);
});
