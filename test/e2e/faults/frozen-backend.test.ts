import { setTimeout as sleep } from 'node:timers/promises';
import type { HostProcess, Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { countCarried } from '../../kernel-counters.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load, type Tally, worstAfter } from '../../load.ts';

const INTERVAL_MS = 2_000;
/** What a busy machine adds to the interval. The strict figure is test/bench's. */
const SLACK_MS = 8_000;
/** So long it stays frozen once that was noticed: who is kept there is kept for so long. */
const STILL_FROZEN_MS = 5_000;
const RESET: readonly string[] = ['ECONNRESET'];
const ABORTED: readonly string[] = [...RESET, 'ECONNABORTED'];
const CHECK = ['--check', 'redis', '--check-interval', `${INTERVAL_MS}ms`];

await labTest(
  'no new connection goes to a frozen backend once the proxy’s check has noticed, and those caught there are reset',
  { hosts: BACKEND_COUNT + 1 },
  async (lan) => {
    await startBackends(lan);
    await freezeUnderLoad(lan, await startProxy(lan, ...CHECK), RESET);
  },
);

for (const { way, words, needs, codes, isKernel } of [
  { way: 'engine node', words: [], needs: [], codes: RESET, isKernel: false },
  { way: 'two workers', words: ['--workers', '2'], needs: [], codes: RESET, isKernel: false },
  // Whose socket the kernel aborts hears another word for it; engine node has some of them.
  { way: 'engine nftables', words: ['--engine', 'nftables'], needs: ['nft'], codes: ABORTED, isKernel: true },
] as const) {
  await labTest(
    `${way}: the announcer’s check keeps new connections away as well; those caught there are reset with the goodbye, if asked for`,
    { hosts: BACKEND_COUNT + 1, needs },
    async (lan) => {
      await startBackends(lan, ...CHECK);
      const { answered } = await freezeUnderLoad(
        lan,
        await startProxy(lan, '--on-endpoint-lost', 'close', ...words),
        codes,
      );
      if (isKernel) expect(await countCarried(lan.host(BACKEND_COUNT + 1))).toBeGreaterThan(answered / 2);
    },
  );
}

/** `codes`: how connections may fail. */
async function freezeUnderLoad(lan: Lab, proxying: HostProcess, codes: readonly string[]): Promise<Tally> {
  const load = await Load.start(lan.host(BACKEND_COUNT + 1), { concurrency: 16 });
  await load.moreAnswers(3);
  const frozen = lan.host(1).spawned[0];
  proxying.skip();
  frozen?.kill('SIGSTOP');
  const frozenAt = Date.now();
  await proxying.line(/^(?:"thing on h1" (?:is not used for now|is leaving)|lost "thing on h1")/);
  const noticedAt = Date.now();
  await load.failed();
  // A worker, and the kernel, hear a moment after it is said.
  await load.moreAnswers(2);
  const knownAt = Date.now();
  await sleep(STILL_FROZEN_MS);
  const thawedAt = Date.now();
  frozen?.kill('SIGCONT');
  await load.heard('h1', thawedAt);
  const tally = await load.finish();

  expect(noticedAt - frozenAt).toBeLessThan(INTERVAL_MS + SLACK_MS);
  expect(failedAfter(tally, knownAt)).toEqual([]);
  // Neither those that were caught nor those that came later are kept until it goes on.
  expect(worstAfter(tally, frozenAt - INTERVAL_MS)).toBeLessThan(STILL_FROZEN_MS);
  expect(tally.failures).not.toEqual([]);
  expect(tally.failures.filter(({ how }) => !codes.includes(how))).toEqual([]);
  expect(Math.max(...tally.failures.map(({ begunAt, tookMs }) => begunAt + tookMs))).toBeLessThan(thawedAt);
  return tally;
}
