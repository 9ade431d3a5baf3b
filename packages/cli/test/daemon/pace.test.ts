import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { Pace } from '../../src/daemon/pace.ts';

function createPace(run: (at: number) => Promise<void> = async () => undefined) {
  const clock = new ManualClock();
  const startedAt = clock.now();
  const runs: number[] = [];
  const pace = new Pace(clock, 1_000, async () => {
    runs.push(clock.now() - startedAt);
    await run(runs.length);
  });
  return { clock, runs, pace };
}

test('the first request runs at once, the others of one interval together at its end', async () => {
  const { clock, runs, pace } = createPace();
  pace.request();
  await clock.advance(0);
  for (let time = 0; time < 5; time++) {
    await clock.advance(100);
    pace.request();
  }
  await clock.advance(5_000);
  expect(runs).toEqual([0, 1_000]);
  pace.request();
  await clock.advance(0);
  expect(runs).toEqual([0, 1_000, 5_500]);
});

test('a request while it runs is done afterwards', async () => {
  let finish = (): void => undefined;
  const { clock, runs, pace } = createPace(async (count) => {
    if (count === 1) await new Promise<void>((resolve) => (finish = resolve));
  });
  pace.request();
  await clock.advance(0);
  pace.request();
  await clock.advance(3_000);
  expect(runs).toEqual([0]);
  finish();
  await clock.advance(0);
  expect(runs).toEqual([0, 3_000]);
});

test('nothing runs after the end', async () => {
  const { clock, runs, pace } = createPace();
  pace.request();
  await pace.close();
  pace.request();
  await clock.advance(5_000);
  expect(runs).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});
