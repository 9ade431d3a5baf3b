import { describe, expect, test } from 'vitest';
import { DialLimit } from '../../src/engines/dial-limit.ts';

function connect(limit: DialLimit, times: number, latencyMs: number, isBusy: boolean, now: number): void {
  for (let time = 0; time < times; time++) limit.connected(latencyMs, isBusy, now);
}

describe('So many dials at once', () => {
  test('are 32 at first, and one more for each that was quick', () => {
    const limit = new DialLimit();
    expect(limit.limit).toBe(32);
    connect(limit, 10, 100, true, 0);
    expect(limit.limit).toBe(42);
    connect(limit, 1_000, 1, true, 0);
    expect(limit.limit).toBe(256);
  });

  test('become a quarter fewer when they are slow because the process is busy, once for all that are under way', () => {
    const limit = new DialLimit();
    connect(limit, 32, 101, true, 1_000);
    expect(limit.limit).toBe(24);
    limit.connected(200, true, 1_199);
    expect(limit.limit).toBe(24);
    limit.connected(150, true, 1_200);
    expect(limit.limit).toBe(18);
    for (let now = 2_000; now < 30_000; now += 1_000) limit.connected(500, true, now);
    expect(limit.limit).toBe(16);
  });

  test('grow slowly after that', () => {
    const limit = new DialLimit();
    limit.connected(200, true, 1_000);
    expect(limit.limit).toBe(24);
    connect(limit, 23, 5, false, 1_000);
    expect(limit.limit).toBe(24);
    connect(limit, 1, 5, false, 1_000);
    expect(limit.limit).toBe(25);
  });

  test('are not made fewer where the way is long: up to 64', () => {
    const limit = new DialLimit();
    connect(limit, 1_000, 350, false, 1_000);
    expect(limit.limit).toBe(64);
  });
});
