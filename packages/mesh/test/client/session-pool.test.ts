import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { SessionPool } from '../../src/client/session-pool.ts';
import { Company } from '../../src/company.ts';

const PLACE = '10.99.0.1:7000';

function createPool(): SessionPool {
  return new SessionPool({ clock: new ManualClock(), company: new Company(), onViolation: () => undefined });
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
