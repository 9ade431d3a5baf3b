import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { Looks, restAfter } from '../../../src/engines/nftables/looks.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }));
afterEach(() => void vi.useRealTimers());

test('who wakes it during a look, or in the pause after, has it look again after that pause', async () => {
  const did: string[] = [];
  let looks: Looks | undefined;
  let look = 0;
  let waits = 0;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });
  looks = new Looks(
    async () => {
      did.push('look');
      look += 1;
      if (look === 1) looks?.wake();
      if (look === 4) finish();
    },
    async (ms) => {
      did.push(ms > 500 ? 'rest' : 'pause');
      waits += 1;
      // The pause after the second look.
      if (waits === 2) looks?.wake();
    },
  );
  looks.start();
  await finished;
  await looks.close();
  expect(did.slice(0, 8)).toEqual(['look', 'pause', 'look', 'pause', 'look', 'pause', 'rest', 'look']);
});

test('who wakes it while it rests has it look at once', async () => {
  let looked = 0;
  let rest: () => void = () => undefined;
  const resting = new Promise<void>((resolve) => {
    rest = resolve;
  });
  let again: () => void = () => undefined;
  const lookedAgain = new Promise<void>((resolve) => {
    again = resolve;
  });
  const looks = new Looks(
    async () => {
      looked += 1;
      if (looked === 2) again();
    },
    async (ms, signal) => {
      if (ms <= 500 || signal.aborted) return;
      rest();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
    },
  );
  looks.start();
  await resting;
  expect(looked).toBe(1);
  looks.wake();
  await lookedAgain;
  await looks.close();
});

test('a look that takes long is followed by a longer rest', () => {
  expect([restAfter(1, 50), restAfter(700, 50)]).toEqual([50, 7_000]);
});
