import { expect } from 'vitest';
import { BACKEND_COUNT, startBackends, startProxy } from '../backends.ts';
import { labTest } from '../lab-test.ts';
import { Load, type Tally } from '../load.ts';

/** Some 300 connections a second. */
const LOAD = { concurrency: 6, pauseMs: 20 };

await labTest(
  'three equal backends get equal parts, and one that takes 50 ms more gets less',
  { hosts: 4 },
  async (lan) => {
    const client = lan.host(BACKEND_COUNT + 1);
    const [first] = await startBackends(lan);
    await startProxy(lan);
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
    expect(h1 * 1.5).toBeLessThan(Math.min(h2, h3));
  },
);
