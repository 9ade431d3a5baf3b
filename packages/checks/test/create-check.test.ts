import { answerTo, type Behaviour, FakeService, staySilent, TARGET } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import type { CheckOptions } from '../src/check-options.ts';
import { createCheck } from '../src/create-check.ts';

const runShell = () => ({ ended: Promise.resolve({ kind: 'exited', code: 0 } as const), kill: () => undefined });

test.each<[CheckOptions, Behaviour]>([
  [{ kind: 'tcp' }, staySilent],
  [{ kind: 'http', path: '/health' }, answerTo(/^GET \/health /, 'HTTP/1.1 204 No Content\r\n\r\n')],
  [{ kind: 'redis' }, answerTo(/PING/, '+PONG\r\n')],
  [{ kind: 'redis-primary' }, answerTo(/ROLE/, '*3\r\n$6\r\nmaster\r\n')],
  [{ kind: 'postgres' }, answerTo(/\xd2./, 'N')],
  [{ kind: 'exec', command: 'true' }, staySilent],
  [{ kind: 'none' }, staySilent],
])('%j makes a check that passes on such a service', async (options, behaviour) => {
  const service = new FakeService(behaviour);
  const check = createCheck(options, TARGET, { dial: service.dial, runShell });
  expect(await check.run(new AbortController().signal)).toEqual({ ok: true });
});
