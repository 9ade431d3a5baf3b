import { seededRandom } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BalancerName } from '../../src/pool/balancer.ts';
import { Pool } from '../../src/pool/pool.ts';
import { rampShare, rise, riseAfterPause } from '../../src/pool/slow-start.ts';
import { countDraws, endpoint, picked } from './fixtures.ts';

const NONE: ReadonlySet<string> = new Set();

test('the share grows from a tenth to the whole within 5 s', () => {
  expect([0, 500, 1_000, 2_500, 5_000, 60_000].map((now) => rampShare(rise(0), now))).toEqual([
    0.1, 0.1, 0.2, 0.5, 1, 1,
  ]);
});

test('who only paused has it after as long as the pause, and 5 s at most', () => {
  const after = (pauseMs: number) => riseAfterPause(10_000 - pauseMs, 10_000);
  expect([0, 250, 500].map((ms) => rampShare(after(500), 10_000 + ms))).toEqual([0.1, 0.5, 1]);
  expect(rampShare(riseAfterPause(0, 60_000), 62_500)).toBe(0.5);
  expect(rampShare(after(0), 10_000)).toBe(1);
});

test('it is never nothing and never shrinks', () => {
  const times = fc.double({ min: 0, max: 1e9, noNaN: true });
  fc.assert(
    fc.property(times, times, times, (risenAt, a, b) => {
      const [sooner, later] = a < b ? [a, b] : [b, a];
      expect(rampShare(rise(risenAt), sooner)).toBeGreaterThan(0);
      expect(rampShare(rise(risenAt), later)).toBeGreaterThanOrEqual(rampShare(rise(risenAt), sooner));
      expect(rampShare(rise(risenAt), later)).toBeLessThanOrEqual(1);
    }),
  );
});

describe.each<BalancerName>(['p2c', 'random', 'round-robin'])('%s', (balance) => {
  const createPool = () => {
    const pool = new Pool({ sources: ['mdns'], merge: 'union', balance, random: seededRandom(3) });
    pool.apply('mdns', { kind: 'add', endpoints: [endpoint('a'), endpoint('b')] }, 0);
    return pool;
  };
  const partOf = (pool: Pool, id: string, now: number): number =>
    (countDraws(2_000, () => picked(pool.pick({ exclude: NONE }, now))?.id)[id] ?? 0) / 2_000;

  test('a new endpoint begins with a little and has its part after 5 s', () => {
    const pool = createPool();
    pool.apply('mdns', { kind: 'add', endpoints: [endpoint('new')] }, 60_000);
    expect(partOf(pool, 'new', 60_000)).toBeGreaterThan(0.02);
    expect(partOf(pool, 'new', 60_000)).toBeLessThan(0.08);
    expect(partOf(pool, 'new', 65_000)).toBeCloseTo(1 / 3, 1);
  });

  test('so does one that comes back from ejection', () => {
    const pool = createPool();
    pool.dialFailed('b', 'refused', 60_000);
    pool.advance(61_000);
    pool.dialSucceeded('b', 61_000);
    expect(partOf(pool, 'b', 61_000)).toBeLessThan(0.15);
    expect(partOf(pool, 'b', 66_000)).toBeCloseTo(0.5, 1);
  });

  test('one that only stood still for a moment has its part soon after', () => {
    const pool = createPool();
    pool.dialFailed('b', 'timeout', 60_000);
    pool.dialFailed('b', 'timeout', 60_010);
    pool.advance(60_700);
    pool.dialSucceeded('b', 60_700);
    expect(partOf(pool, 'b', 60_710)).toBeLessThan(0.15);
    expect(partOf(pool, 'b', 61_400)).toBeCloseTo(0.5, 1);
  });

  test('endpoints that came together share equally from the first moment', () => {
    expect(partOf(createPool(), 'a', 0)).toBeCloseTo(0.5, 1);
  });
});
