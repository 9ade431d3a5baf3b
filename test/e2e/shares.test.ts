import { expect } from 'vitest';
import { BACKEND_COUNT, startBackends, startProxy } from '../backends.ts';
import { labTest } from '../lab-test.ts';
import { Load, type Tally } from '../load.ts';

/** Some 300 connections a second. */
const LOAD = { concurrency: 6, pauseMs: 20 };
/** A newcomer's share rises for so long: who was found a moment before another is ahead meanwhile. */
const RAMP_MS = 5_000;

await labTest(
  'three equal backends get equal parts, and one that takes 50 ms more gets less',
  { hosts: 4 },
  async (lan) => {
    const client = lan.host(BACKEND_COUNT + 1);
    const [first] = await startBackends(lan);
    await startProxy(lan);
    const rampedAt = Date.now() + RAMP_MS;
    const warmUp = await Load.start(client, LOAD);
    while (Date.now() < rampedAt) await warmUp.moreAnswers(1);
    await warmUp.finish();
    const measure = async (): Promise<Tally['by']> => {
      const load = await Load.start(client, LOAD);
      await load.moreAnswers(6);
      return (await load.finish()).by;
    };
    const equal = Object.values(await measure());
    expect(equal).toHaveLength(BACKEND_COUNT);
    expect(Math.max(...equal) / Math.min(...equal)).toBeLessThan(1.3);

    first?.service.kill('SIGUSR2');
    const { h1 = 0, h2 = 0, h3 = 0 } = await measure();
    // How much less is a matter of the rule (packages/ambassador/test/pool/shares.test.ts): where the machine is busy, 50 ms are little.
    expect(h1 * 1.1).toBeLessThan(Math.min(h2, h3));
  },
);
