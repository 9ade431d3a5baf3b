import { describe, expect, test } from 'vitest';
import { Overload } from '../src/overload.ts';

const CROWD_MS = 3_000;
const OVERLOAD_MS = 250;

describe('Who comes is turned away', () => {
  test('where the first before it has waited for more than three seconds', () => {
    const overload = new Overload();
    expect(overload.refuses(0, 0)).toBe(false);
    expect(overload.refuses(CROWD_MS, 0)).toBe(false);
    expect(overload.refuses(CROWD_MS + 1, 0)).toBe(true);
  });

  test('and after that, where that is a quarter of a second', () => {
    const overload = new Overload();
    expect(overload.refuses(OVERLOAD_MS + 1, 0)).toBe(false);
    overload.refuses(CROWD_MS + 1, 0);
    expect(overload.refuses(OVERLOAD_MS, 9_000)).toBe(false);
    expect(overload.refuses(OVERLOAD_MS + 1, 9_000)).toBe(true);
    expect(overload.refuses(OVERLOAD_MS + 1, 18_999)).toBe(true);
  });

  test('until nobody has been for ten seconds', () => {
    const overload = new Overload();
    overload.refuses(CROWD_MS + 1, 0);
    expect(overload.refuses(CROWD_MS, 10_000)).toBe(false);
    expect(overload.refuses(CROWD_MS + 1, 10_000)).toBe(true);
  });
});

describe('Of four times as much as can be done in a minute', () => {
  const [serviceMs, arrivalMs, endMs] = [4, 1, 60_000];
  const CAPACITY = endMs / serviceMs;

  /** Who was served: when it came, and how long it waited. */
  interface Served {
    readonly cameAt: number;
    readonly waitedMs: number;
  }

  function checkWaits(served: readonly Served[], firstMs: number, laterMs: number): void {
    const waits = (of: readonly Served[]): number => Math.max(...of.map(({ waitedMs }) => waitedMs));
    expect(waits(served)).toBeLessThanOrEqual(firstMs);
    expect(waits(served.filter(({ cameAt }) => cameAt > 10_000))).toBeLessThanOrEqual(laterMs);
  }

  test('all that can be is served where it is known how long one will wait', () => {
    const overload = new Overload();
    const queue: number[] = [];
    const served: Served[] = [];
    for (let now = 0; now < endMs; now += arrivalMs) {
      if (!overload.refuses(queue.length * serviceMs, now)) queue.push(now);
      const cameAt = now % serviceMs === 0 ? queue.shift() : undefined;
      if (cameAt !== undefined) served.push({ cameAt, waitedMs: now - cameAt });
    }
    expect(served.length).toBe(CAPACITY);
    checkWaits(served, CROWD_MS + serviceMs, OVERLOAD_MS + serviceMs);
  });

  test('most is where one must be accepted to be refused, which takes time too', () => {
    const refusalMs = 0.1;
    const overload = new Overload();
    const served: Served[] = [];
    let now = 0;
    for (let cameAt = 0; now < endMs; cameAt += arrivalMs) {
      now = Math.max(now, cameAt);
      if (overload.refuses(now - cameAt, now)) {
        now += refusalMs;
        continue;
      }
      served.push({ cameAt, waitedMs: now - cameAt });
      now += serviceMs;
    }
    expect(served.length).toBeGreaterThan(CAPACITY * 0.9);
    checkWaits(served, CROWD_MS, OVERLOAD_MS);
  });
});
