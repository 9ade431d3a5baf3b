import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { MulticastTally } from '../../../../src/commands/doctor/machine/multicast-tally.ts';

test('What the kernel took and did not give us is counted, from the beginning to shortly before the end', async () => {
  const clock = new ManualClock();
  let taken: number | undefined = 100;
  const tally = new MulticastTally(clock, () => taken);
  tally.count();
  tally.begin(1_000);
  // Own questions, which a link that was just opened does not hear.
  taken = 104;
  await clock.advance(130);
  taken = 109;
  tally.count();
  tally.count();
  expect(tally.withheld).toBeUndefined();
  await clock.advance(1_000);
  taken = 200;
  expect(tally.withheld).toBe(3);
});

test('What came before it was looked for is no debt', async () => {
  const clock = new ManualClock();
  const tally = new MulticastTally(clock, () => 7);
  tally.begin(1_000);
  tally.count();
  await clock.advance(1_000);
  expect(tally.withheld).toBe(0);
});

test('What a busy process has yet to read when it begins to count hides nothing that is withheld later', async () => {
  const clock = new ManualClock();
  let taken = 100;
  const tally = new MulticastTally(clock, () => taken);
  tally.begin(1_000);
  taken = 103;
  await clock.advance(100);
  for (let packet = 0; packet < 3; packet++) tally.count();
  await clock.advance(100);
  taken = 105;
  await clock.advance(1_000);
  expect(tally.withheld).toBe(2);
});

test('What comes in the midst of the first look is no debt', async () => {
  const clock = new ManualClock();
  let taken = 100;
  const tally = new MulticastTally(clock, () => taken);
  tally.begin(1_000);
  await clock.advance(110);
  taken = 104;
  for (let packet = 0; packet < 4; packet++) tally.count();
  await clock.advance(1_000);
  expect(tally.withheld).toBe(0);
});

test('Where the kernel does not say, nothing is known', async () => {
  const clock = new ManualClock();
  const tally = new MulticastTally(clock, () => undefined);
  tally.begin(1_000);
  await clock.advance(1_000);
  expect(tally.withheld).toBeUndefined();
});
