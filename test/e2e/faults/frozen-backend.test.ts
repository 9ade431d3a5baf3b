import type { Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load, type Tally } from '../../load.ts';

const INTERVAL_MS = 1_000;
/** One interval and 300 ms, and what a machine with few cores adds to both clocks. */
const CAUGHT_MS = INTERVAL_MS + 300 + 100;
const CHECK = ['--check', 'redis', '--check-interval', `${INTERVAL_MS}ms`];

await labTest(
  'no new connection goes to a frozen backend after one interval of the proxy’s check, and those caught there are reset',
  { hosts: BACKEND_COUNT + 1 },
  async (lan) => {
    await startBackends(lan);
    await startProxy(lan, ...CHECK);
    await freezeUnderLoad(lan);
  },
);

await labTest(
  'the announcer’s check takes a frozen backend off the network as fast',
  { hosts: BACKEND_COUNT + 1 },
  async (lan) => {
    await startBackends(lan, ...CHECK);
    await startProxy(lan, '--on-endpoint-lost', 'close');
    await freezeUnderLoad(lan);
  },
);

async function freezeUnderLoad(lan: Lab): Promise<void> {
  const load = await Load.start(lan.host(BACKEND_COUNT + 1), { concurrency: 16 });
  await load.moreAnswers(3);
  const frozen = lan.host(1).spawned[0];
  frozen?.kill('SIGSTOP');
  const frozenAt = Date.now();
  await load.moreAnswers(5);
  frozen?.kill('SIGCONT');
  await load.heard('h1', 5_000);
  const tally = await load.finish();
  expectCaughtInTime(tally, frozenAt);
}

function expectCaughtInTime(tally: Tally, frozenAt: number): void {
  expect(failedAfter(tally, frozenAt + CAUGHT_MS)).toEqual([]);
  const caught = tally.failures.filter(({ how }) => how === 'ECONNRESET');
  expect(caught.length).toBe(tally.failures.length);
  expect(caught.length).toBeGreaterThan(0);
  expect(Math.max(...caught.map(({ begunAt, tookMs }) => begunAt + tookMs - frozenAt))).toBeLessThan(CAUGHT_MS);
}
