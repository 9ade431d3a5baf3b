import { describe, expect, test } from 'vitest';
import { LineLimit } from '../../src/output/line-limit.ts';

const MINUTE_MS = 60_000;

describe('the limit of lines', () => {
  const countTold = (limit: LineLimit, kind: string, times: number, now: number): number =>
    Array.from({ length: times }, () => limit.admit(kind, now)).filter((telling) => telling.kind !== 'leave-out')
      .length;

  test('is 32 a minute for each kind, and the last one is marked', () => {
    const limit = new LineLimit();
    expect(countTold(limit, 'found', 31, 0)).toBe(31);
    expect(limit.admit('found', 1)).toEqual({ kind: 'tell-last' });
    expect(countTold(limit, 'found', 10_000, 59_999)).toBe(0);
    expect(countTold(limit, 'lost', 5, 59_999)).toBe(5);
  });

  test('tells after the minute how many were left out', () => {
    const limit = new LineLimit();
    countTold(limit, 'found', 100, 0);
    expect(limit.admit('found', MINUTE_MS)).toEqual({ kind: 'tell', leftOut: 68 });
    expect(limit.admit('found', MINUTE_MS)).toEqual({ kind: 'tell', leftOut: 0 });
  });

  test('remembers 64 kinds', () => {
    const limit = new LineLimit();
    countTold(limit, 'first', 100, 0);
    for (let kind = 0; kind < 64; kind++) limit.admit(`kind ${kind}`, 0);
    expect(countTold(limit, 'first', 100, 0)).toBe(32);
  });
});
