import type { CheckOutcome } from '@mdns-ambassador/checks';
import { expect, test } from 'vitest';
import { ServicePulse } from '../src/service-pulse.ts';

/** Looks that end when the test says so. */
function arrange() {
  const looks: ((outcome: CheckOutcome) => void)[] = [];
  const pulse = new ServicePulse(() => new Promise((resolve) => looks.push(resolve)));
  return { looks, pulse };
}

test('whoever asks gets what a look found that began after he asked, one look at a time', async () => {
  const { looks, pulse } = arrange();
  const first = pulse.feel();
  const [second, third] = [pulse.feel(), pulse.feel()];
  expect(looks).toHaveLength(1);
  looks[0]?.({ ok: true });
  expect(await first).toBe(true);
  await expect.poll(() => looks.length).toBe(2);
  looks[1]?.({ ok: false, reason: 'it is silent' });
  expect(await Promise.all([second, third])).toEqual([false, false]);
  expect(looks).toHaveLength(2);
});

test('after a look there is another for the next who asks', async () => {
  const { looks, pulse } = arrange();
  for (const ok of [true, false]) {
    const felt = pulse.feel();
    looks.at(-1)?.(ok ? { ok } : { ok, reason: 'no' });
    expect(await felt).toBe(ok);
  }
  expect(looks).toHaveLength(2);
});
