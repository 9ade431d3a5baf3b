import type { Clock } from '@mdns-ambassador/mdns';
import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { LoopLag } from '../../src/service/loop-lag.ts';

/** A clock whose timers run late: time passes while the loop is held. */
class HeldClock implements Clock {
  readonly #clock = new ManualClock();
  #heldMs = 0;

  now(): number {
    return this.#clock.now() + this.#heldMs;
  }

  wallClock(): number {
    return this.#clock.wallClock();
  }

  after(delayMs: number, run: () => void): () => void {
    return this.#clock.after(delayMs, run);
  }

  get pendingTimers(): number {
    return this.#clock.pendingTimers;
  }

  hold(ms: number): void {
    this.#heldMs += ms;
  }

  advance(ms: number): Promise<void> {
    return this.#clock.advance(ms);
  }
}

test('a loop that is on time has no lag', async () => {
  const clock = new HeldClock();
  const lag = new LoopLag(clock);
  await clock.advance(5_000);
  expect(lag.current()).toBe(0);
});

test('a delay is seen while it lasts, for a second after it, and no longer', async () => {
  const clock = new HeldClock();
  const lag = new LoopLag(clock);
  await clock.advance(1_000);
  clock.hold(700);
  expect(lag.current()).toBe(600);
  await clock.advance(500);
  expect(lag.current()).toBe(700);
  await clock.advance(2_000);
  expect(lag.current()).toBe(0);
});

test('of several delays the worst counts', async () => {
  const clock = new HeldClock();
  const lag = new LoopLag(clock);
  clock.hold(300);
  await clock.advance(100);
  clock.hold(50);
  await clock.advance(200);
  expect(lag.current()).toBe(300);
});

test('closed, it has no lag and leaves no timer', async () => {
  const clock = new HeldClock();
  const lag = new LoopLag(clock);
  await clock.advance(150);
  lag.close();
  expect(clock.pendingTimers).toBe(0);
  clock.hold(10_000);
  expect(lag.current()).toBe(0);
});
