import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { TurnedAway } from '../src/turned-away.ts';

test('the first who is turned away is told of at once, and how many were since every ten seconds', async () => {
  const clock = new ManualClock();
  const told: [number, number][] = [];
  const turnedAway = new TurnedAway(clock, (clients) => told.push([clock.now(), clients]));
  const add = (count: number): void => {
    for (let client = 0; client < count; client++) turnedAway.add();
  };
  add(160);
  await clock.advance(10_000);
  await clock.advance(2_000);
  add(400);
  await clock.advance(20_000);
  await clock.advance(20_000);
  expect(told).toEqual([
    [0, 1],
    [10_000, 159],
    [20_000, 400],
  ]);
  expect(clock.pendingTimers).toBe(0);
  add(1);
  turnedAway.close();
  add(1);
  await clock.advance(20_000);
  expect([told.length, clock.pendingTimers]).toEqual([4, 0]);
});
