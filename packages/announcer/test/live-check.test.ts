import type { CheckOutcome } from '@mdns-ambassador/checks';
import { expect, test } from 'vitest';
import { LiveCheck } from '../src/live-check.ts';

/** Looks that end when the test says so. */
function arrange() {
  const looks: ((outcome: CheckOutcome) => void)[] = [];
  const check = new LiveCheck(() => new Promise((resolve) => looks.push(resolve)));
  return { looks, check };
}

test('whoever asks gets what a look found that began after he asked, one look at a time', async () => {
  const { looks, check } = arrange();
  const first = check.ask();
  const [second, third] = [check.ask(), check.ask()];
  expect(looks).toHaveLength(1);
  looks[0]?.({ ok: true });
  expect(await first).toBe(true);
  await expect.poll(() => looks.length).toBe(2);
  looks[1]?.({ ok: false, reason: 'it is silent' });
  expect(await Promise.all([second, third])).toEqual([false, false]);
  expect(looks).toHaveLength(2);
});

test('after a look there is another for the next who asks', async () => {
  const { looks, check } = arrange();
  for (const ok of [true, false]) {
    const felt = check.ask();
    looks.at(-1)?.(ok ? { ok } : { ok, reason: 'no' });
    expect(await felt).toBe(ok);
  }
  expect(looks).toHaveLength(2);
});
