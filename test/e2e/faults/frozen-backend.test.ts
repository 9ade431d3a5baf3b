import { setTimeout as sleep } from 'node:timers/promises';
import type { Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load, type Tally, worstAfter } from '../../load.ts';

const INTERVAL_MS = 1_000;
/** One interval and 300 ms, and what a machine with few cores adds to both clocks. */
const CAUGHT_MS = INTERVAL_MS + 300 + 100;
/** Who is caught after all would be kept for the rest of this. */
const STILL_FROZEN_MS = 1_000;
/** The notice before a goodbye, the second for which it keeps the records (RFC 6762 10.1), and the time to contradict it. */
const GOODBYE_MS = 250 + 1_000 + 2_000;
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
  'the announcer’s check keeps new connections away as fast; those caught there are reset with the goodbye, if asked for',
  { hosts: BACKEND_COUNT + 1 },
  async (lan) => {
    await startBackends(lan, ...CHECK);
    await startProxy(lan, '--on-endpoint-lost', 'close');
    await freezeUnderLoad(lan, GOODBYE_MS);
  },
);

/** Those that are caught may be reset `graceMs` later than no more are. */
async function freezeUnderLoad(lan: Lab, graceMs = 0): Promise<void> {
  const load = await Load.start(lan.host(BACKEND_COUNT + 1), { concurrency: 16 });
  await load.moreAnswers(3);
  const frozen = lan.host(1).spawned[0];
  frozen?.kill('SIGSTOP');
  const frozenAt = Date.now();
  await load.failed();
  await sleep(STILL_FROZEN_MS);
  frozen?.kill('SIGCONT');
  await load.heard('h1', 5_000);
  const tally = await load.finish();
  expectCaughtInTime(tally, frozenAt, graceMs);
}

function expectCaughtInTime(tally: Tally, frozenAt: number, graceMs: number): void {
  expect(failedAfter(tally, frozenAt + CAUGHT_MS)).toEqual([]);
  expect(worstAfter(tally, frozenAt + CAUGHT_MS)).toBeLessThan(STILL_FROZEN_MS);
  const caught = tally.failures.filter(({ how }) => how === 'ECONNRESET');
  expect(caught.length).toBe(tally.failures.length);
  expect(caught.length).toBeGreaterThan(0);
  expect(Math.max(...caught.map(({ begunAt, tookMs }) => begunAt + tookMs - frozenAt))).toBeLessThan(
    CAUGHT_MS + graceMs,
  );
}
