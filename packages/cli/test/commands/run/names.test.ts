import { ownLoopbackAddress } from '@mdns-ambassador/dns';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { nameServices } from '../../../src/commands/run/names.ts';
import type { PlannedNames } from '../../../src/requests/plan.ts';

const NAMES: PlannedNames = {
  service: 'dns',
  at: [{ kind: 'tcp', address: '127.0.0.1', port: 5355 }],
  domain: 'ambassador.internal',
  allowed: [],
};
const REDIS = 'redis.ambassador.internal';
const OWN = ownLoopbackAddress('redis');
const SERVICES = [
  { service: 'redis', listen: [`${OWN}:6379`] },
  { service: 'web', listen: ['127.0.0.1:40001'] },
];

/** `answers`: where redis leads, one look after the other; the last one again and again. */
function name(answers: readonly (readonly string[])[], timeoutMs = 30_000) {
  const clock = new ManualClock();
  const asked: string[] = [];
  const told: string[] = [];
  const found = nameServices(SERVICES, [NAMES], {
    clock,
    resolve: async (one) => {
      asked.push(one);
      return answers[Math.min(asked.length, answers.length) - 1] ?? [];
    },
    timeoutMs,
    signal: new AbortController().signal,
    reporter: { tell: (line) => void told.push(String(line)) },
  });
  return { clock, asked, told, found };
}

test('a service is told of by its name once that leads to its place; one that has another place is not', async () => {
  const { clock, asked, told, found } = name([[], ['10.0.0.1'], [OWN]]);
  await clock.advance(500);
  expect(await found).toEqual([
    { ...SERVICES[0], name: REDIS },
    { ...SERVICES[1], name: undefined },
  ]);
  expect(asked).toEqual([REDIS, REDIS, REDIS]);
  expect(told).toEqual([
    `the command finds web at 127.0.0.1:40001, not as web.ambassador.internal, for ${ownLoopbackAddress('web')} is taken, or not there`,
  ]);
  expect(clock.pendingTimers).toBe(0);
});

test('a name that does not lead there in time is told of, and the address is what the command gets', async () => {
  const { clock, told, found } = name([['10.0.0.1']]);
  await clock.advance(8_100);
  expect((await found)[0]).toEqual({ ...SERVICES[0], name: undefined });
  expect(told[0]).toBe(
    `the command finds redis at ${OWN}:6379, not as ${REDIS}, which does not lead there on this machine (see ambassador dns --install)`,
  );
});

test('a name that leads there at once is told also where nothing is waited for', async () => {
  const { clock, told, found } = name([[], [OWN]], 0);
  await clock.advance(250);
  expect((await found)[0]).toEqual({ ...SERVICES[0], name: REDIS });
  expect(told).toHaveLength(1);
});

test('a system that does not answer is not waited for', async () => {
  const clock = new ManualClock();
  const found = nameServices(SERVICES, [NAMES], {
    clock,
    resolve: () => new Promise(() => undefined),
    timeoutMs: 0,
    signal: new AbortController().signal,
    reporter: { tell: () => undefined },
  });
  await clock.advance(250);
  expect((await found).map((each) => each.name)).toEqual([undefined, undefined]);
});

test('without --dns nothing is asked', async () => {
  const options = { clock: new ManualClock(), timeoutMs: 1, signal: new AbortController().signal };
  const resolve = () => Promise.reject(new Error('asked'));
  expect(await nameServices(SERVICES, [], { ...options, resolve, reporter: { tell: () => undefined } })).toBe(SERVICES);
});
