import { expect, test } from 'vitest';
import { Barrier } from '../../../../src/commands/doctor/machine/barrier.ts';

test('Nobody passes before the last has come, and it opens once', async () => {
  let opened = 0;
  const barrier = new Barrier(2, () => {
    opened += 1;
  });
  const [first, second] = [barrier.ticket(), barrier.ticket()];
  let hasPassed = false;
  void first().then(() => {
    hasPassed = true;
  });
  void first();
  await Promise.resolve();
  expect([hasPassed, opened]).toEqual([false, 0]);
  await second();
  await first();
  expect([hasPassed, opened]).toEqual([true, 1]);
});

test('Where nobody is waited for it is open', async () => {
  let opened = 0;
  await new Barrier(0, () => {
    opened += 1;
  }).passed;
  expect(opened).toBe(1);
});
