import { ManualClock, Uncaught } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { Turns } from '../src/turns.ts';

function createTurns(run: (at: number) => Promise<void> = async () => undefined, leastMs?: number) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const runs: number[] = [];
  const takeTurn = async (): Promise<void> => {
    runs.push(clock.now() - startedAt);
    await run(runs.length);
  };
  const turns = new Turns(takeTurn, leastMs === undefined ? undefined : { clock, leastMs });
  return { clock, runs, turns };
}

/** The first turn ends when it is told to. */
function createSlowTurns(leastMs?: number) {
  let finish = (): void => undefined;
  const created = createTurns(async (count) => {
    if (count === 1) await new Promise<void>((resolve) => (finish = resolve));
  }, leastMs);
  return { ...created, finish: () => finish() };
}

describe('with an interval', () => {
  test('the first turn begins at once, the others of one interval together at its end', async () => {
    const { clock, runs, turns } = createTurns(undefined, 1_000);
    turns.request();
    await clock.advance(0);
    for (let time = 0; time < 5; time++) {
      await clock.advance(100);
      turns.request();
    }
    await clock.advance(5_000);
    expect(runs).toEqual([0, 1_000]);
    turns.request();
    await clock.advance(0);
    expect(runs).toEqual([0, 1_000, 5_500]);
  });

  test('what is asked for while a turn runs is done afterwards', async () => {
    const { clock, runs, turns, finish } = createSlowTurns(1_000);
    turns.request();
    await clock.advance(0);
    turns.request();
    await clock.advance(3_000);
    expect(runs).toEqual([0]);
    finish();
    await clock.advance(0);
    expect(runs).toEqual([0, 3_000]);
  });

  test('nothing runs after the end', async () => {
    const { clock, runs, turns } = createTurns(undefined, 1_000);
    turns.request();
    await turns.close();
    turns.request();
    await clock.advance(5_000);
    expect(runs).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('without one', () => {
  test('a turn begins after the request, never within it', async () => {
    const { runs, turns } = createTurns();
    turns.request();
    expect(runs).toEqual([]);
    await turns.settle();
    expect(runs).toHaveLength(1);
  });

  test('what is asked for meanwhile, however often, is one further turn, and is waited for', async () => {
    const { clock, runs, turns, finish } = createSlowTurns();
    turns.request();
    await clock.advance(0);
    for (let time = 0; time < 3; time++) turns.request();
    const settled = turns.settle().then(() => runs.length);
    finish();
    expect(await settled).toBe(2);
  });

  test('a turn that rejects is seen, and the next one comes', async () => {
    using uncaught = new Uncaught();
    const broken = new Error('broken');
    const { runs, turns } = createTurns(async (count) => {
      if (count === 1) throw broken;
    });
    turns.request();
    await turns.settle();
    turns.request();
    await turns.settle();
    expect(runs).toHaveLength(2);
    expect(uncaught.errors).toEqual([broken]);
  });

  test('who closes it waits for the turn that runs, and for no other', async () => {
    const { clock, runs, turns, finish } = createSlowTurns();
    turns.request();
    await clock.advance(0);
    turns.request();
    const closed = turns.close();
    finish();
    await closed;
    await clock.advance(0);
    expect(runs).toHaveLength(1);
  });
});
