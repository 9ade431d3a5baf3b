import { ManualClock, seededRandom } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { LoopWatch } from '../../src/engines/loop-watch.ts';
import { endpoint } from '../pool/fixtures.ts';

const FAR = endpoint('far');

/** Proxies in a row, each of which knows nobody but the next: the last leads to the first, or to a service that is silent. */
class Chain {
  readonly clock = new ManualClock();
  readonly watches: LoopWatch[];
  readonly dialled: number[];
  readonly convicted = new Set<number>();
  refused = 0;
  readonly #isRing: boolean;
  readonly #hasHeard: () => boolean;

  constructor(length: number, isRing: boolean, seed: number, hasHeard: () => boolean = () => false) {
    this.#isRing = isRing;
    this.#hasHeard = hasHeard;
    this.dialled = Array.from({ length }, () => 0);
    this.watches = this.dialled.map(
      (_, index) =>
        new LoopWatch({
          clock: this.clock,
          random: seededRandom(seed + index),
          probe: () => {
            this.#pass(index);
            return () => undefined;
          },
          onLoop: () => void this.convicted.add(index),
        }),
    );
  }

  /** A client comes to the proxy of this number. */
  arrive(at: number, from = 'client'): void {
    this.watches[at]?.arrived(from);
    const hasHeard = this.#hasHeard;
    const watched = {
      get hasHeard(): boolean {
        return hasHeard();
      },
    };
    this.watches[at]?.admit(
      FAR,
      watched,
      () => {
        this.dialled[at] = (this.dialled[at] ?? 0) + 1;
        this.#pass(at);
      },
      () => {
        this.refused += 1;
      },
    );
  }

  get total(): number {
    return this.dialled.reduce((sum, count) => sum + count, 0);
  }

  #pass(from: number): void {
    const next = (from + 1) % this.watches.length;
    if (next === 0 && !this.#isRing) return;
    this.clock.after(2, () => this.arrive(next, `10.0.0.${from}`));
  }
}

describe('the loop watch', () => {
  test.each([1, 2, 3])('ends a ring of %i proxies after a handful of connections, from any start', async (length) => {
    const totals: number[] = [];
    for (let seed = 1; seed <= 30; seed++) {
      const ring = new Chain(length, true, seed * 101);
      ring.arrive(0);
      await ring.clock.advance(20_000);
      expect(ring.convicted.size).toBeGreaterThan(0);
      totals.push(ring.total);
      const before = ring.total;
      ring.arrive(0);
      await ring.clock.advance(1_000);
      expect(ring.total - before).toBeLessThan(100);
    }
    // Where two test at the same time they hide each other, and try again after more.
    expect(Math.max(...totals)).toBeLessThan(500);
    expect(totals.toSorted((a, b) => a - b)[15]).toBeLessThan(60);
  });

  test('lets a crowd of silent clients pass that leads to a service, soon', async () => {
    const row = new Chain(2, false, 7);
    for (let count = 0; count < 2_000; count++) row.arrive(0);
    await row.clock.advance(5_000);
    expect(row.dialled[0]).toBe(2_000);
    expect(row.convicted.size).toBe(0);
  });

  test('lets steady clients pass at any pace', async () => {
    for (const paceMs of [3, 11, 37, 79, 160, 400]) {
      const row = new Chain(1, false, paceMs);
      for (let count = 0; count < 300; count++) {
        row.arrive(0);
        await row.clock.advance(paceMs);
      }
      await row.clock.advance(2_000);
      expect(row.dialled).toEqual([300]);
      expect(row.convicted.size).toBe(0);
    }
  });

  test('holds nobody where the endpoint answers', async () => {
    const row = new Chain(1, false, 3, () => true);
    for (let count = 0; count < 1_000; count++) row.arrive(0);
    expect(row.dialled).toEqual([1_000]);
  });
});

test('who shares its place with others says when it wants to know who comes, and hears of it from them', async () => {
  const clock = new ManualClock();
  const said: boolean[] = [];
  const convicted: string[] = [];
  const watch: LoopWatch = new LoopWatch({
    clock,
    random: seededRandom(1),
    // What is dialled leads back, to another process than the one that dialled it.
    probe: () => {
      clock.after(5, () => watch.arrived('10.0.0.9'));
      return () => undefined;
    },
    onLoop: ({ id }) => void convicted.push(id),
    onTesting: (isTesting) => void said.push(isTesting),
  });
  let dials = 0;
  for (let time = 0; time < 40; time++) {
    watch.admit(
      FAR,
      { hasHeard: false },
      () => {
        dials += 1;
      },
      () => undefined,
    );
  }
  await clock.advance(2_000);
  expect(dials).toBeLessThan(40);
  expect(said).toEqual([true, false]);
  expect(convicted).toEqual(['far']);
});
