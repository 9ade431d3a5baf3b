import { expect } from 'vitest';
import { announce, proxy, startProgram } from '../../ambassador.ts';
import { countCarried } from '../../kernel-counters.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';

for (const { way, words, needs } of [
  { way: 'engine node', words: [], needs: [] },
  { way: 'engine haproxy', words: ['--engine', 'haproxy'], needs: ['haproxy'] },
  { way: 'engine nftables', words: ['--engine', 'nftables'], needs: ['nft'] },
  { way: 'two workers', words: ['--workers', '2'], needs: [] },
] as const) {
  await labTest(
    `${way}: a service that moves to another host and port, and says so by mDNS alone, loses no connection`,
    { hosts: 3, needs },
    async (lan) => {
      const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
      const old = await startProgram(h1, 'service', '7000', 'old');
      const leaving = await announce(h1, 'thing:7000');
      const proxying = await proxy(h3, 'thing:7000', ...words);
      await proxying.line(/found "thing on h1"/);
      const load = await Load.start(h3);
      await load.moreAnswers(2);
      await startProgram(h2, 'service', '7009', 'new');
      await announce(h2, 'thing:7009');
      await load.heard('new');
      const movedAt = Date.now();
      expect(await leaving.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
      await load.moreAnswers(5);
      const settledAt = Date.now();
      await load.moreAnswers(5);
      await old.stop('SIGTERM');
      await load.moreAnswers(2);
      const tally = await load.finish();
      const tookMs = (tally.lastBy.old?.at ?? 0) - movedAt;
      process.stdout.write(
        `moved by mDNS, ${way}: ${tally.answered} connections, all at the new place after ${tookMs} ms\n`,
      );
      expect(tally.failures).toEqual([]);
      if (way === 'engine nftables') expect(await countCarried(h3)).toBeGreaterThan((tally.by.new ?? 0) / 2);
      expect(tally.lastBy.old?.begunAt).toBeLessThan(settledAt);
    },
  );
}
