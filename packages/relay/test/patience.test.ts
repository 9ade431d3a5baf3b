import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { withPatience } from '../src/patience.ts';

const untilAborted = (signal: AbortSignal): Promise<string> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('at once');
    signal.addEventListener('abort', () => resolve('aborted'));
  });

test('what is done is given up after its time, and where its parent is', async () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  const late = withPatience(clock, 1_000, untilAborted);
  await clock.advance(1_000);
  expect(await late).toBe('aborted');
  const given = withPatience(clock, 1_000, untilAborted, parent.signal);
  parent.abort();
  expect(await given).toBe('aborted');
  expect(await withPatience(clock, 1_000, untilAborted, parent.signal)).toBe('at once');
});

test('it settles as what is done does, and has nothing aborted afterwards', async () => {
  const clock = new ManualClock();
  const parent = new AbortController();
  const signals: AbortSignal[] = [];
  const note = (signal: AbortSignal): void => void signals.push(signal);
  await expect(withPatience(clock, 1_000, async (signal) => note(signal), parent.signal)).resolves.toBeUndefined();
  const failed = withPatience(
    clock,
    1_000,
    async (signal) => Promise.reject(new Error(`${note(signal)}`)),
    parent.signal,
  );
  await expect(failed).rejects.toThrow();
  await clock.advance(1_000);
  parent.abort();
  expect(signals.map(({ aborted }) => aborted)).toEqual([false, false]);
});
