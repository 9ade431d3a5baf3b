import { expect, test } from 'vitest';
import type { CheckOptions } from '../../src/announcement-options.ts';
import { createCheck } from '../../src/checks/create-check.ts';
import { answerTo, type Behaviour, FakeService, staySilent, TARGET } from '../fake-service.ts';

const runShell = () => ({ ended: Promise.resolve({ kind: 'exited', code: 0 } as const), kill: () => undefined });

test.each<[CheckOptions, Behaviour]>([
  [{ kind: 'tcp' }, staySilent],
  [{ kind: 'http', path: '/health' }, answerTo(/^GET \/health /, 'HTTP/1.1 204 No Content\r\n\r\n')],
  [{ kind: 'redis' }, answerTo(/PING/, '+PONG\r\n')],
  [{ kind: 'postgres' }, answerTo(/\xd2./, 'N')],
  [{ kind: 'exec', command: 'true' }, staySilent],
  [{ kind: 'none' }, staySilent],
])('%j makes a check that passes on such a service', async (options, behaviour) => {
  const service = new FakeService(behaviour);
  const check = createCheck(options, TARGET, { dial: service.dial, runShell });
  expect(await check.run(new AbortController().signal)).toEqual({ ok: true });
});
