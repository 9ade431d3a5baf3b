import type { Check } from '@mdns-ambassador/checks';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { EndpointChecks } from '../../src/service/endpoint-checks.ts';
import { OwnLinks } from '../../src/service/own-links.ts';
import { endpoint } from '../pool/fixtures.ts';

function createWorld(intervalMs = 1_000) {
  const clock = new ManualClock();
  const frozen = new Set<string>();
  const refusing = new Set<string>();
  const absent = new Set<string>();
  const failing = new Set<string>();
  const denying = new Set<string>();
  const told: string[] = [];
  const create = ({ id, port }: { readonly id: string; readonly port: number }): Check => ({
    run: (signal) =>
      new Promise((resolve) => {
        if (absent.has(id)) return resolve({ ok: false, reason: 'nothing listens', fault: 'absent' });
        if (failing.has(id)) return resolve({ ok: false, reason: '"check-it" exited with 1', fault: 'command' });
        if (refusing.has(id)) return resolve({ ok: false, reason: 'is a replica' });
        if (denying.has(id)) {
          return resolve({ ok: true, denial: { whom: 'others', reason: 'is in protected mode' } });
        }
        if (!frozen.has(id)) return resolve({ ok: true });
        signal.addEventListener('abort', () =>
          resolve({ ok: false, reason: `${id}:${port} is silent`, fault: 'silent' }),
        );
      }),
  });
  const own = { address: '10.0.0.2', isUp: true, carrierChanges: 1 };
  const links = new OwnLinks({
    clock,
    read: () => (own.isUp ? [own] : []),
    findSourceAddress: async () => ({ source: own.address }),
  });
  const checks = new EndpointChecks({
    create,
    admitDial: () => () => undefined,
    intervalMs,
    links,
    clock,
    random: () => 0,
    onOutcome: (id, outcome) => told.push(`${id} ${outcome.ok ? 'passes' : outcome.reason} at ${clock.now()}`),
  });
  return { clock, frozen, refusing, absent, failing, denying, told, checks, own };
}

test('an endpoint is looked at at once, and then steadily', async () => {
  const { clock, told, checks } = createWorld();
  checks.set(endpoint('a'));
  await clock.advance(2_000);
  expect(told).toEqual(['a passes at 0', 'a passes at 900', 'a passes at 1800']);
});

test.each([500, 1_000, 2_000])(
  'one that freezes is known within one and a half intervals of %i ms, whenever it does',
  async (intervalMs) => {
    for (let frozenAt = 0; frozenAt < intervalMs; frozenAt += 90) {
      const { clock, frozen, told, checks } = createWorld(intervalMs);
      checks.set(endpoint('a'));
      await clock.advance(frozenAt + 1);
      frozen.add('a');
      await clock.advance(1.5 * intervalMs);
      expect(told.some((line) => line.startsWith('a a:6379 is silent'))).toBe(true);
      checks.close();
    }
  },
);

test('one that fails is looked at again soon, and then ever more seldom, down to the interval', async () => {
  const { clock, refusing, told, checks } = createWorld(1_000);
  refusing.add('a');
  checks.set(endpoint('a'));
  await clock.advance(5_000);
  const times = told.map((line) => Number(line.split(' ').at(-1)));
  // The shortest that jitter makes of 250, 500, 1000, 1000 ...
  expect(times.slice(0, 5)).toEqual([0, 225, 675, 1_575, 2_475]);
});

test('one that is alive and does not let us in has failed', async () => {
  const { clock, denying, told, checks } = createWorld();
  denying.add('a');
  checks.set(endpoint('a'));
  await clock.advance(100);
  expect(told).toEqual(['a is in protected mode at 0']);
});

test('one that moves is looked at where it is now, and the look at the old place is called off', async () => {
  const { clock, frozen, told, checks } = createWorld();
  frozen.add('a');
  checks.set(endpoint('a'));
  await clock.advance(100);
  checks.set(endpoint('a', { port: 7_000 }));
  await clock.advance(600);
  expect(told).toEqual(['a a:7000 is silent at 600']);
});

test.each([500, 1_000, 2_000, 10_000])(
  'with looks every %i ms, silence while the own link is lost for 3 s is none of the endpoint, whenever that is',
  async (intervalMs) => {
    for (let lostAt = 0; lostAt < intervalMs; lostAt += 90) {
      const { clock, frozen, told, checks, own } = createWorld(intervalMs);
      checks.set(endpoint('a'));
      await clock.advance(lostAt + 1);
      frozen.add('a');
      Object.assign(own, { isUp: false, carrierChanges: 2 });
      await clock.advance(3_000);
      Object.assign(own, { isUp: true, carrierChanges: 3 });
      // The switch takes a moment.
      await clock.advance(200);
      frozen.clear();
      await clock.advance(2 * intervalMs);
      expect(told.filter((line) => line.includes('is silent'))).toEqual([]);
      expect(told.at(-1)).toMatch(/^a passes/);
      checks.close();
    }
  },
);

test('one that is silent although the own link is back is known soon after', async () => {
  const { clock, frozen, told, checks, own } = createWorld();
  checks.set(endpoint('a'));
  await clock.advance(1);
  frozen.add('a');
  own.isUp = false;
  await clock.advance(3_000);
  own.isUp = true;
  await clock.advance(8_000);
  expect(told.filter((line) => line.includes('no link'))).not.toEqual([]);
  expect(told.at(-1)).toContain('a a:6379 is silent');
  checks.close();
});

test('a command that fails while the own link is lost may have met silence, and one that fails later has not', async () => {
  const { clock, failing, told, checks, own } = createWorld();
  checks.set(endpoint('a'));
  await clock.advance(1);
  failing.add('a');
  own.isUp = false;
  await clock.advance(3_000);
  own.isUp = true;
  await clock.advance(1_000);
  expect(told.filter((line) => line.includes('exited'))).toEqual([]);
  await clock.advance(7_000);
  expect(told.at(-1)).toMatch(/^a "check-it" exited with 1/);
  checks.close();
});

test('a loss of the own link that came and went during a look is seen where the system counts them', async () => {
  const { clock, frozen, told, checks, own } = createWorld();
  checks.set(endpoint('a'));
  frozen.add('a');
  await clock.advance(1_000);
  own.carrierChanges = 3;
  await clock.advance(400);
  expect(told.at(-1)).toMatch(/^a this machine had no link to it/);
  checks.close();
});

test('while the own link settles, a refusal by one of several addresses is not believed, and one by the only address is', async () => {
  const { clock, absent, told, checks, own } = createWorld();
  const both = ['10.0.0.1', 'fe80::1%eth0'];
  checks.set(endpoint('a', { addresses: both }));
  checks.set(endpoint('b'));
  await clock.advance(1);
  own.isUp = false;
  await clock.advance(1_000);
  Object.assign(own, { isUp: true, carrierChanges: 3 });
  absent.add('a').add('b');
  await clock.advance(1_000);
  expect(told.filter((line) => line.includes('nothing listens'))).not.toContainEqual(expect.stringMatching(/^a/));
  absent.clear();
  await clock.advance(6_000);
  absent.add('a');
  await clock.advance(1_000);
  expect(told.some((line) => line.startsWith('a nothing listens'))).toBe(true);
  checks.close();
});

test('nothing is told of one that has left', async () => {
  const { clock, told, checks } = createWorld();
  checks.set(endpoint('a'));
  checks.remove('a');
  await clock.advance(10_000);
  expect(told).toEqual([]);
});

test('no timer is left after close', async () => {
  const { clock, frozen, checks } = createWorld();
  frozen.add('b');
  checks.set(endpoint('a'));
  checks.set(endpoint('b'));
  await clock.advance(200);
  checks.close();
  await clock.advance(0);
  expect(clock.pendingTimers).toBe(0);
});
