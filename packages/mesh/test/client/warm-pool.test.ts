import { expect, onTestFinished, test } from 'vitest';
import { WarmPool } from '../../src/client/warm-pool.ts';
import { MemoryLeg } from '../leg-pair.ts';
import { TestClock } from '../mesh-fixture.ts';

const TARGET = { kind: 'tcp', address: '10.99.0.1', port: 7000 } as const;
const PLACE = '10.99.0.1:7000';

test('a place of which every connection was taken is forgotten', async () => {
  const clock = new TestClock();
  const pool = new WarmPool({
    size: 2,
    clock,
    open: async () => ({ leg: MemoryLeg.pair()[0], meshId: '', isReady: false }),
  });
  onTestFinished(() => pool.close());
  pool.refill(TARGET, undefined);
  expect(pool.places).toBe(1);
  await clock.advance(0);
  const taken = [pool.take(PLACE), pool.take(PLACE), pool.take(PLACE)];
  expect(taken.map((one) => one !== undefined)).toEqual([true, true, false]);
  expect(taken[0]?.leg).not.toBe(taken[1]?.leg);
  expect(pool.places).toBe(0);
});
