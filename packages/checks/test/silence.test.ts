import { dialForever, failDial, TARGET } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { createHttpCheck } from '../src/http.ts';
import { createRedisCheck } from '../src/redis.ts';
import { createTcpCheck } from '../src/tcp.ts';

const CREATORS = {
  tcp: createTcpCheck,
  redis: createRedisCheck,
  http: (target: typeof TARGET, dial: typeof dialForever) => createHttpCheck(target, '/', dial),
};

test.each(Object.entries(CREATORS))('%s: a service that gives no sign of life in time is silent', async (_, create) => {
  const abort = new AbortController();
  const outcome = create(TARGET, dialForever).run(abort.signal);
  abort.abort();
  expect(await outcome).toMatchObject({ ok: false, fault: 'silent' });
  for (const code of ['ETIMEDOUT', 'DIAL_TIMEOUT', 'EHOSTUNREACH']) {
    expect(await create(TARGET, failDial(code)).run(new AbortController().signal)).toMatchObject({ fault: 'silent' });
  }
});

test.each(Object.entries(CREATORS))('%s: a service to which no route leads is not silent', async (_, create) => {
  const outcome = await create(TARGET, failDial('ENETUNREACH')).run(new AbortController().signal);
  expect(outcome).toMatchObject({ fault: 'unreachable' });
});

test.each(Object.entries(CREATORS))('%s: a service that refuses is not silent', async (_, create) => {
  const outcome = await create(TARGET, failDial('ECONNREFUSED')).run(new AbortController().signal);
  expect(outcome).not.toMatchObject({ fault: 'silent' });
});

test.each(Object.entries(CREATORS))(
  '%s: what this machine lacks is not the fault of the service',
  async (_, create) => {
    for (const code of ['EMFILE', 'EADDRNOTAVAIL', 'ENOBUFS']) {
      expect(await create(TARGET, failDial(code)).run(new AbortController().signal)).toMatchObject({ fault: 'local' });
    }
  },
);
