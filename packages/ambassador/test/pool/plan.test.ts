import { expect, test } from 'vitest';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import { Pool } from '../../src/pool/pool.ts';
import { endpoint } from './fixtures.ts';

const SECOND = 1_000;

function poolOf(...endpoints: readonly Endpoint[]): Pool {
  const pool = new Pool({ sources: ['mdns'], merge: 'union', balance: 'p2c', random: () => 0.5 });
  pool.apply('mdns', { kind: 'add', endpoints }, 0);
  return pool;
}

/** `a:10`: used with this share; `(a)`: not used; `a?`: on trial. */
function describePlan(pool: Pool, now = 0): readonly string[] {
  return pool.plan(now).map(({ endpoint: { id }, share, isUsed, isOnTrial }) => {
    const use = isUsed ? `${id}:${share}` : `(${id})`;
    return isOnTrial ? `${use}?` : use;
  });
}

test('the best priority takes all, by weight', () => {
  const pool = poolOf(
    endpoint('a', { weight: 10 }),
    endpoint('b', { weight: 30 }),
    endpoint('c', { priority: 1, weight: 99 }),
  );
  expect(describePlan(pool)).toEqual(['a:10', 'b:30', '(c)']);
});

test('those of weight 0 share one part beside others, and are equal alone', () => {
  const weightless = [endpoint('a'), endpoint('b')];
  expect(describePlan(poolOf(...weightless, endpoint('c', { weight: 5 })))).toEqual(['a:0.5', 'b:0.5', 'c:5']);
  expect(describePlan(poolOf(...weightless))).toEqual(['a:1', 'b:1']);
});

test('one that leaves is used only where nobody else is left', () => {
  const leaving = endpoint('a', { draining: true });
  expect(describePlan(poolOf(leaving, endpoint('b')))).toEqual(['b:1', '(a)']);
  expect(describePlan(poolOf(leaving))).toEqual(['a:1']);
});

test('one that was ejected rests, is put on trial, and is used again when it answers', () => {
  const pool = poolOf(endpoint('a'), endpoint('b'), endpoint('c'));
  pool.dialFailed('a', 'refused', 0);
  expect(describePlan(pool)).toEqual(['(a)', 'b:1', 'c:1']);
  pool.advance(2 * SECOND);
  expect(describePlan(pool, 2 * SECOND)).toEqual(['(a)?', 'b:1', 'c:1']);
  pool.dialSucceeded('a', 2 * SECOND, 1);
  expect(describePlan(pool, 2 * SECOND)).toEqual(['a:1', 'b:1', 'c:1']);
});

test('the next priority takes over while the best is ejected', () => {
  const pool = poolOf(endpoint('a'), endpoint('b', { priority: 1 }), endpoint('c', { priority: 1 }));
  pool.dialFailed('a', 'refused', 0);
  expect(describePlan(pool)).toEqual(['(a)', 'b:1', 'c:1']);
});

test('nobody is given up where all are ejected', () => {
  const pool = poolOf(endpoint('a'), endpoint('b'));
  pool.dialFailed('a', 'refused', 0);
  pool.dialFailed('b', 'refused', 0);
  expect(describePlan(pool)).toEqual(['a:1', 'b:1']);
  pool.advance(2 * SECOND);
  expect(describePlan(pool, 2 * SECOND)).toEqual(['a:1?', 'b:1?']);
});

test('to ask for the plan changes nothing', () => {
  const pool = poolOf(endpoint('a'));
  expect(describePlan(pool)).toEqual(describePlan(pool));
});
