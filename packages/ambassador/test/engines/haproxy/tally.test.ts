import { expect, test } from 'vitest';
import type { StatisticsRow } from '../../../src/engines/haproxy/statistics.ts';
import { SessionTally } from '../../../src/engines/haproxy/tally.ts';

function row(more: Partial<StatisticsRow>): StatisticsRow {
  const counts = { sessions: 0, total: 0, bytesUp: 0, bytesDown: 0, connectErrors: 0, retries: 0 };
  return {
    ...{ proxy: 'service', server: 'BACKEND', status: 'UP', checkStatus: '', connectMs: 0, redispatches: 0, denied: 0 },
    ...counts,
    ...more,
  };
}

test('clients are counted where they come in, and dials where they go out', () => {
  const tally = new SessionTally();
  tally.take(
    row({ sessions: 2, total: 9, bytesUp: 10, bytesDown: 20, denied: 3 }),
    row({ connectErrors: 1, retries: 4, redispatches: 5 }),
  );
  expect(tally.active).toBe(2);
  expect(tally.counters).toEqual({
    active: 2,
    accepted: 9,
    failed: 1,
    retried: 9,
    dropped: 3,
    overload: 0,
    bytesUp: 10,
    bytesDown: 20,
  });
});

test('nothing is lost and nothing is counted twice when haproxy is started again', () => {
  const tally = new SessionTally();
  tally.take(row({ sessions: 5, total: 9, bytesUp: 10 }), row({}));
  tally.renew();
  expect([tally.active, tally.counters.accepted]).toEqual([0, 9]);
  tally.take(row({ sessions: 1, total: 2, bytesUp: 1 }), row({}));
  expect([tally.active, tally.counters.accepted, tally.counters.bytesUp]).toEqual([1, 11, 11]);
});

test('one that was started again unseen counts less than before', () => {
  const tally = new SessionTally();
  tally.take(row({ total: 9 }), row({}));
  tally.take(row({ total: 2 }), row({}));
  tally.take(row({ total: 3 }), row({}));
  expect(tally.counters.accepted).toBe(12);
});
