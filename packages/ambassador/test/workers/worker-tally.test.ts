import { expect, test } from 'vitest';
import type { EngineCounters } from '../../src/engines/engine.ts';
import { closeTally, joinTallies, sumTallies, TallyKeeper } from '../../src/workers/worker-tally.ts';

const COUNTERS: EngineCounters = {
  active: 2,
  accepted: 5,
  failed: 1,
  retried: 1,
  dropped: 0,
  overload: 3,
  bytesUp: 30,
  bytesDown: 300,
};

function tallyOf(endpoints: Readonly<Record<string, number>>): ReturnType<TallyKeeper['view']> {
  const keeper = new TallyKeeper();
  for (const [id, open] of Object.entries(endpoints)) {
    for (let count = 0; count < open; count++) keeper.opened(id);
    keeper.reached(2);
    keeper.opened(id)(40, 10, 100);
    keeper.failed(id, 'refused');
  }
  const carried = Object.keys(endpoints).map((id) => [id, { bytesUp: 5, bytesDown: 50 }] as const);
  return keeper.view(COUNTERS, new Map(carried));
}

test('what workers counted is added up, by endpoint too', () => {
  const { counters, endpoints, carried, dialSeconds, dialFailures, connectionSeconds } = sumTallies([
    tallyOf({ a: 1 }),
    tallyOf({ a: 2, b: 0 }),
  ]);
  expect(counters).toEqual({
    active: 4,
    accepted: 10,
    failed: 2,
    retried: 2,
    dropped: 0,
    overload: 6,
    bytesUp: 60,
    bytesDown: 600,
  });
  expect(endpoints.get('a')).toEqual({ active: 3, total: 5, failures: 2, bytesUp: 20, bytesDown: 200 });
  expect(endpoints.get('b')).toEqual({ active: 0, total: 1, failures: 1, bytesUp: 10, bytesDown: 100 });
  expect(carried.get('a')).toEqual({ bytesUp: 10, bytesDown: 100 });
  expect(dialFailures).toEqual({ refused: 3 });
  expect(dialSeconds.counts.at(-1)).toBe(3);
  expect(dialSeconds.sum).toBeCloseTo(0.006);
  expect(connectionSeconds.counts.at(-1)).toBe(3);
});

test('before any worker has told there is nothing, in the same shape', () => {
  const { counters, endpoints, dialSeconds, connectionSeconds } = sumTallies([]);
  expect(counters.accepted).toBe(0);
  expect(endpoints.size).toBe(0);
  expect(dialSeconds.bounds).not.toEqual(connectionSeconds.bounds);
});

test('of a worker that has ended nothing is open, and what it had carried is kept: counters never fall', () => {
  const tally = tallyOf({ a: 2 });
  const closed = closeTally(tally);
  expect(closed.counters).toEqual({ ...COUNTERS, active: 0 });
  const { endpoints, carried } = sumTallies([closed]);
  expect(endpoints.get('a')).toEqual({ active: 0, total: 3, failures: 1, bytesUp: 15, bytesDown: 150 });
  expect(carried.size).toBe(0);
  const joined = joinTallies(closed, closed);
  expect(sumTallies([joined])).toEqual(sumTallies([closed, closed]));
});

test('however many endpoints come and go, so many are counted apart at most', () => {
  const keeper = new TallyKeeper();
  for (let count = 0; count < 20_000; count++) keeper.failed(`${count}`, 'timeout');
  expect(keeper.view(COUNTERS, new Map()).endpoints).toHaveLength(8_192);
});
