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

/** One that has had a connection there. */
function createKnownPool(clock: ManualClock): SessionPool {
  const pool = createPool(clock);
  pool.noteWithout(PLACE);
  return pool;
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

/** Clients come each 250 ms from now on, and wait for four seconds: how long each waited, or that it was lost. */
function comeFor(
  clock: ManualClock,
  pool: SessionPool,
  make: (signal: AbortSignal) => Promise<void>,
): (number | 'lost')[] {
  const waited: (number | 'lost')[] = [];
  const come = (): void => {
    const since = clock.now();
    const patience = new AbortController();
    clock.after(4_000, () => patience.abort());
    const index = waited.push('lost') - 1;
    pool.make(PLACE, make, patience.signal).then(
      () => {
        waited[index] = clock.now() - since;
      },
      () => undefined,
    );
    clock.after(250, come);
  };
  come();
  return waited;
}

test('whoever waits for one on whose way everything was lost for ten seconds has another within a second after that', async () => {
  const clock = new ManualClock();
  const waited = comeFor(clock, createKnownPool(clock), (signal) =>
    clock.now() < 10_000 ? makeUntilAborted(signal) : Promise.resolve(),
  );
  await clock.advance(9_900);
  expect(new Set(waited)).toEqual(new Set(['lost']));
  await clock.advance(1_100);
  const since = waited.slice(10_000 / 250, 10_750 / 250);
  expect(since).not.toContain('lost');
  expect(Math.max(...since.map(Number))).toBeLessThanOrEqual(1_000);
});

test('one whose peer takes seconds is waited for, beside two others at most, which are given up then', async () => {
  const clock = new ManualClock();
  const signals: AbortSignal[] = [];
  let mostAtOnce = 0;
  const make = (signal: AbortSignal): Promise<void> => {
    signals.push(signal);
    mostAtOnce = Math.max(mostAtOnce, signals.filter(({ aborted }) => !aborted).length);
    return Promise.race([makeUntilAborted(signal), new Promise<void>((resolve) => clock.after(6_500, resolve))]);
  };
  const made = createKnownPool(clock).make(PLACE, make, new AbortController().signal);
  await clock.advance(6_500);
  await made;
  expect(signals).toHaveLength(7);
  expect(mostAtOnce).toBe(3);
  expect(signals.slice(1).every(({ aborted }) => aborted)).toBe(true);
});

test('one that was refused is waited for no longer, and one that is reset after others have begun says nothing of them', async () => {
  const clock = new ManualClock();
  const fails: ((error: Error) => void)[] = [];
  const make = (): Promise<void> => new Promise((_, reject) => fails.push(reject));
  const made = createKnownPool(clock).make(PLACE, make, new AbortController().signal);
  const outcome = made.catch((error: Error) => error.message);
  await clock.advance(1_000);
  fails[0]?.(new Error('reset'));
  await clock.advance(500);
  fails[1]?.(new Error('refused'));
  expect(await outcome).toBe('refused');
  expect(clock.pendingTimers).toBe(0);
});

test('also where its papers have become others since somebody answered', async () => {
  const clock = new ManualClock();
  const pool = createKnownPool(clock);
  pool.retire();
  let made = 0;
  const make = (signal: AbortSignal): Promise<void> => {
    made += 1;
    return makeUntilAborted(signal);
  };
  void pool.make(PLACE, make, new AbortController().signal);
  await clock.advance(2_000);
  expect(made).toBe(3);
});

test('where nobody ever answered no more than one is made at a time', async () => {
  const clock = new ManualClock();
  let made = 0;
  const make = (signal: AbortSignal): Promise<void> => {
    made += 1;
    return makeUntilAborted(signal);
  };
  void createPool(clock).make(PLACE, make, new AbortController().signal);
  await clock.advance(10_000);
  expect(made).toBe(1);
});
