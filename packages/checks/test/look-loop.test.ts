import { ManualClock, Uncaught } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { LookLoop } from '../src/look-loop.ts';

const TIMEOUT_MS = 1_000;

/** A loop whose one look lasts until it is aborted or answered. */
function startLook(clock: ConstructorParameters<typeof LookLoop<string>>[0]['clock']) {
  const findings: string[] = [];
  let answer = (_finding: string): void => undefined;
  const loop = new LookLoop<string>({
    clock,
    timeoutMs: TIMEOUT_MS,
    look: (signal) =>
      new Promise((resolve) => {
        answer = resolve;
        signal.addEventListener('abort', () => resolve('aborted'));
      }),
    takeIn: async (finding) => {
      findings.push(finding);
      return undefined;
    },
  });
  loop.start();
  return { findings, answer: (finding: string) => answer(finding), loop };
}

test('A look that nobody answers is aborted when its time is over', async () => {
  const clock = new ManualClock();
  const { findings } = startLook(clock);
  await clock.advance(TIMEOUT_MS - 1);
  expect(findings).toEqual([]);
  await clock.advance(1);
  expect(findings).toEqual(['aborted']);
  expect(clock.pendingTimers).toBe(0);
});

test('A look that was answered leaves no timer', async () => {
  const clock = new ManualClock();
  const { findings, answer } = startLook(clock);
  await clock.advance(TIMEOUT_MS / 2);
  answer('up');
  await clock.advance(0);
  expect(findings).toEqual(['up']);
  expect(clock.pendingTimers).toBe(0);
});

test('An answer that came while the process was kept from running counts, however long that was', async () => {
  const due: (() => void)[] = [];
  const { findings, answer } = startLook({
    after: (_delayMs, run) => {
      due.push(run);
      return () => undefined;
    },
  });
  // Back from a pause longer than the time of the look, the process runs its timers first and hears what came then.
  for (const run of due.splice(0)) run();
  answer('up');
  await new Promise((resolve) => setImmediate(resolve));
  expect(findings).toEqual(['up']);
});

test('A loop that is stopped takes in nothing more', async () => {
  const clock = new ManualClock();
  const { findings, loop } = startLook(clock);
  await clock.advance(1);
  loop.stop();
  await clock.advance(2 * TIMEOUT_MS);
  expect(findings).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

test.each(['look', 'takeIn'] as const)('A %s that throws is seen, and the next look comes', async (what) => {
  using uncaught = new Uncaught();
  const clock = new ManualClock();
  let looks = 0;
  const fail = (): void => {
    if (looks === 1) throw new Error('broken');
  };
  const loop = new LookLoop<string>({
    clock,
    timeoutMs: TIMEOUT_MS,
    look: async () => {
      looks += 1;
      if (what === 'look') fail();
      return 'up';
    },
    takeIn: async () => {
      if (what === 'takeIn') fail();
      return 500;
    },
  });
  loop.start();
  await clock.advance(0);
  expect([looks, uncaught.errors]).toEqual([1, [new Error('broken')]]);
  await clock.advance(TIMEOUT_MS);
  expect(looks).toBe(2);
  loop.stop();
  expect(clock.pendingTimers).toBe(0);
});
