import { answerTo, FakeService, failDial, listCheckCases, staySilent, TARGET } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createRedisCheck } from '../src/redis.ts';

const signal = new AbortController().signal;

function checkWithAnswer(answer: string) {
  return createRedisCheck(TARGET, new FakeService(answerTo(/PING\r\n$/, answer)).dial).run(signal);
}

describe('The redis check', () => {
  const services = {
    well: new FakeService(answerTo(/PING\r\n$/, '+PONG\r\n')),
    unwell: new FakeService(answerTo(/PING\r\n$/, '-LOADING Redis is loading the dataset in memory\r\n')),
    silent: new FakeService(staySilent),
  };
  for (const { name, run } of listCheckCases({
    createCheck: (condition) => createRedisCheck(TARGET, services[condition].dial),
    countOpen: () => Object.values(services).reduce((sum, { openConnections }) => sum + openConnections, 0),
  })) {
    test(name, run);
  }
});

test.each(['-NOAUTH Authentication required.', '-NOPERM no'])('A redis that answers %s is alive', async (line) => {
  expect(await checkWithAnswer(`${line}\r\n`)).toEqual({ ok: true });
});

test('A redis in protected mode is alive, and lets in nobody from another machine', async () => {
  // As long as redis says it.
  const line = `-DENIED Redis is running in protected mode because${' and so on'.repeat(93)}`;
  expect(await checkWithAnswer(`${line}\r\n`)).toEqual({
    ok: true,
    denial: {
      whom: 'others',
      reason:
        'redis on 127.0.0.1:12345 is in protected mode: without a password it lets in nobody from another machine',
    },
  });
});

test.each([
  ['-LOADING Redis is loading\r\n', 'redis on 127.0.0.1:12345 is still loading its data'],
  ['-MASTERDOWN Link\r\n', 'redis on 127.0.0.1:12345 answers "MASTERDOWN Link"'],
  ['HTTP/1.1 400 Bad Request\r\n', '127.0.0.1:12345 does not answer PING as redis does'],
  [`${'x'.repeat(5000)}`, '127.0.0.1:12345 answers with something else than expected'],
])('The answer %j is a failure', async (answer, reason) => {
  expect(await checkWithAnswer(answer)).toMatchObject({ ok: false, reason });
});

test('An answer that comes in pieces is put together', async () => {
  const service = new FakeService((connection) => {
    connection.once('data', () => {
      connection.write('+PO');
      setImmediate(() => connection.write('NG\r\n'));
    });
  });
  expect(await createRedisCheck(TARGET, service.dial).run(signal)).toEqual({ ok: true });
});

test('A connection that closes without an answer is a failure', async () => {
  const service = new FakeService((connection) => connection.end());
  expect(await createRedisCheck(TARGET, service.dial).run(signal)).toMatchObject({
    ok: false,
    reason: '127.0.0.1:12345 closed the connection without an answer',
  });
});

test('A redis that is not there is told as such', async () => {
  expect(await createRedisCheck(TARGET, failDial('ECONNREFUSED')).run(signal)).toMatchObject({
    ok: false,
    reason: 'nothing listens on 127.0.0.1:12345 (connection refused)',
  });
});

test('PING is followed by QUIT, so that redis sees a client that took its leave', async () => {
  let heard = '';
  const service = new FakeService((connection) => {
    connection.on('data', (chunk: Buffer) => {
      if (heard === '') connection.write('+PONG\r\n');
      heard += chunk.toString();
    });
  });
  await createRedisCheck(TARGET, service.dial).run(signal);
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toBe('*1\r\n$4\r\nPING\r\n*1\r\n$4\r\nQUIT\r\n');
});
