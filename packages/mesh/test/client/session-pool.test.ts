import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { SessionPool } from '../../src/client/session-pool.ts';
import { Company } from '../../src/company.ts';
import type { MachineIdentity } from '../../src/membership/machine-identity.ts';
import { MemoryLeg } from '../leg-pair.ts';

const PLACE = '10.99.0.1:7000';

const HOUR_MS = 3_600_000;

function createPool(clock = new ManualClock()): SessionPool {
  return new SessionPool({ clock, company: new Company(), onViolation: () => undefined });
}

/** A connection to somebody whose certificate ends then. */
function createProven(expiresAt: number): { readonly leg: MemoryLeg; readonly identity: MachineIdentity } {
  const [leg] = MemoryLeg.pair();
  const identity: MachineIdentity = {
    meshId: '0'.repeat(16),
    kind: 'nameless',
    machine: undefined,
    keyId: '0'.repeat(40),
    serial: '0',
    may: { kind: 'all' },
    expiresAt,
  };
  return { leg, identity };
}

/** Is about to be made until it is given up. */
function makeUntilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('given up'))));
}

test('a connection that is being made is given up where its papers count no more, and another is made for who waited', async () => {
  const pool = createPool();
  const { signal } = new AbortController();
  const signals: AbortSignal[] = [];
  const make = (made: AbortSignal): Promise<void> => {
    signals.push(made);
    return makeUntilAborted(made);
  };
  const waiting = [pool.make(PLACE, make, signal), pool.make(PLACE, make, signal)];
  pool.retire();
  await Promise.all(waiting);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true]);
  void pool.make(PLACE, make, signal);
  expect(signals.map(({ aborted }) => aborted)).toEqual([true, false]);
});

test('who gives up waiting for a connection hears so, and the last one gives it up', async () => {
  const pool = createPool();
  const [one, other] = [new AbortController(), new AbortController()];
  const signals: AbortSignal[] = [];
  const make = (made: AbortSignal): Promise<void> => {
    signals.push(made);
    return makeUntilAborted(made);
  };
  const waiting = [one, other].map(({ signal }) => pool.make(PLACE, make, signal).catch(() => 'left'));
  one.abort();
  expect(signals[0]?.aborted).toBe(false);
  other.abort();
  expect(await Promise.all(waiting)).toEqual(['left', 'left']);
  expect(signals[0]?.aborted).toBe(true);
});

test.each([
  ['whose certificate has ended', 1_000],
  ['that is an hour old', HOUR_MS],
])('a connection %s gets no more streams, and what it carries goes on', async (_, lifeMs) => {
  const clock = new ManualClock();
  const pool = createPool(clock);
  const expiresAt = clock.wallClock() + (lifeMs < HOUR_MS ? lifeMs : 2 * HOUR_MS);
  const session = pool.add(PLACE, createProven(expiresAt), pool.generation);
  const stream = session?.open();
  await clock.advance(lifeMs - 1);
  expect(pool.take(PLACE)).toBe(session);
  await clock.advance(1);
  expect(pool.take(PLACE)).toBeUndefined();
  expect([session?.isDraining, session?.isOver, stream?.destroyed]).toEqual([true, false, false]);
});

test('a connection that was begun with papers that count no more is not kept', () => {
  const pool = createPool();
  const { generation } = pool;
  pool.retire();
  const proven = createProven(Number.POSITIVE_INFINITY);
  expect(pool.add(PLACE, proven, generation)).toBeUndefined();
  expect(pool.take(PLACE)).toBeUndefined();
  expect(proven.leg.listenerCount('data')).toBe(0);
});
