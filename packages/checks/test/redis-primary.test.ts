import { answerTo, FakeService, listCheckCases, staySilent, TARGET } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { createRedisPrimaryCheck } from '../src/redis-primary.ts';

const MASTER = '*3\r\n$6\r\nmaster\r\n:3129659\r\n*0\r\n';
const REPLICA = '*5\r\n$5\r\nslave\r\n$9\r\n10.99.0.1\r\n:6379\r\n$9\r\nconnected\r\n:3167038\r\n';
const signal = new AbortController().signal;

function checkWithAnswer(answer: string) {
  return createRedisPrimaryCheck(TARGET, new FakeService(answerTo(/ROLE\r\n$/, answer)).dial).run(signal);
}

describe('The redis-primary check', () => {
  const services = {
    well: new FakeService(answerTo(/ROLE\r\n$/, MASTER)),
    unwell: new FakeService(answerTo(/ROLE\r\n$/, REPLICA)),
    silent: new FakeService(staySilent),
  };
  for (const { name, run } of listCheckCases({
    createCheck: (condition) => createRedisPrimaryCheck(TARGET, services[condition].dial),
    countOpen: () => Object.values(services).reduce((sum, { openConnections }) => sum + openConnections, 0),
  })) {
    test(name, run);
  }
});

test('A master with so many replicas that its answer is cut off is a master', async () => {
  const replica = '*3\r\n$9\r\n10.99.0.9\r\n$4\r\n6379\r\n$7\r\n3167038\r\n';
  const answer = `*3\r\n$6\r\nmaster\r\n:1\r\n*40\r\n${replica.repeat(40)}`;
  expect(await checkWithAnswer(answer)).toEqual({ ok: true });
});

test.each([
  [REPLICA, 'redis on 127.0.0.1:12345 is a replica'],
  ['*2\r\n$8\r\nsentinel\r\n*0\r\n', 'redis on 127.0.0.1:12345 is a sentinel'],
  ['-LOADING Redis is loading\r\n', 'redis on 127.0.0.1:12345 is still loading its data'],
  [
    '-NOAUTH Authentication required.\r\n',
    'redis on 127.0.0.1:12345 does not tell its role without a password ("NOAUTH Authentication required.")',
  ],
  [
    '-DENIED Redis is running in protected mode because\r\n',
    'redis on 127.0.0.1:12345 is in protected mode: without a password it lets in nobody from another machine',
  ],
  ["-ERR unknown command 'ROLE'\r\n", `redis on 127.0.0.1:12345 answers "ERR unknown command 'ROLE'"`],
  ['HTTP/1.1 400 Bad Request\r\n', '127.0.0.1:12345 does not answer ROLE as redis does'],
])('The answer %j is a failure', async (answer, reason) => {
  expect(await checkWithAnswer(answer)).toMatchObject({ ok: false, reason });
});
