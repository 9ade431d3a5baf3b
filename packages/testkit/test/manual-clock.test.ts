import { describe, expect, it } from 'vitest';
import { ManualClock } from '../src/manual-clock.ts';

describe('the manual clock', () => {
  it('runs timers in the order of their time, then of their setting', async () => {
    const clock = new ManualClock();
    const ran: string[] = [];
    for (const [delay, name] of [
      [30, 'c'],
      [10, 'a'],
      [10, 'b'],
      [31, 'late'],
    ] as const) {
      clock.after(delay, () => ran.push(`${name}@${clock.now()}`));
    }
    await clock.advance(30);
    expect(ran).toEqual(['a@10', 'b@10', 'c@30']);
    expect(clock.pendingTimers).toBe(1);
  });

  it('runs timers that timers set, and lets promises settle in between', async () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    const sleep = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));
    const walk = async (): Promise<void> => {
      for (let step = 0; step < 3; step++) {
        await sleep(100);
        seen.push(clock.now());
      }
    };
    const walked = walk();
    await clock.advance(1_000);
    await walked;
    expect(seen).toEqual([100, 200, 300]);
    expect(clock.now()).toBe(1_000);
  });

  it('never runs a cancelled timer', async () => {
    const clock = new ManualClock();
    let runs = 0;
    const cancel = clock.after(5, () => runs++);
    clock.after(4, cancel);
    await clock.advance(10);
    expect(runs).toBe(0);
  });

  it('keeps order among many timers', async () => {
    const clock = new ManualClock();
    const seen: number[] = [];
    for (let index = 0; index < 500; index++) clock.after((index * 7919) % 503, () => seen.push(clock.now()));
    await clock.advance(503);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
    expect(seen).toHaveLength(500);
  });

  it('moves only the wall clock through a sleep', () => {
    const clock = new ManualClock();
    const wall = clock.wallClock();
    clock.sleepThrough(60_000);
    expect(clock.now()).toBe(0);
    expect(clock.wallClock() - wall).toBe(60_000);
  });
});
