import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, announceV1, proxy, proxyV1, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { type Cut, isCut, keptWaiting, Load } from '../../load.ts';
import { initMesh, knowsBackends, makeSharedFolder } from '../../mesh.ts';

const LOAD = { concurrency: 4, pauseMs: 10 };
/** Who waits for a dial to time out waits longer. */
const WORST_MS = 1_500;
/** Where all clients wait for a host that vanished, until their patience ends. */
const VANISHED = { timeout: 60_000 };
/** More than the second after which test/programs/load.mjs says who is heard again. */
const ABSENT_MS = 1_500;

/** Which hosts know `ambassador/1` alone, that has a connection for each client. */
const FLEETS: readonly { readonly fleet: string; readonly alone: readonly string[] }[] = [
  { fleet: 'ambassador/2', alone: [] },
  { fleet: 'ambassador/1', alone: ['h1', 'h2', 'h3', 'h4'] },
  { fleet: 'ambassador/2 that meets ambassador/1', alone: ['h1', 'h3'] },
];

for (const { fleet, alone } of FLEETS) {
  await labTest(
    `${fleet}: SIGSTOP and kill -9 of announcers and of services behind them, a pulled cable and a service that moves fail no new connection`,
    { hosts: 4 },
    async (lan) => {
      const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
      const key = ['--mesh-key-file', await initMesh(h1, makeSharedFolder())];
      // So that what is the matter with a service is noticed before a client is sent there.
      const startBackend = async (host: Host, place: string, name = host.name): Promise<Backend> => {
        const service = await startProgram(host, 'service', place, name);
        const start = alone.includes(host.name) ? announceV1 : announce;
        return {
          service,
          announcer: await start(host, `thing:${place}`, '--name', `thing on ${name}`, '--check', 'redis', ...key),
        };
      };
      const [first, second, third] = await Promise.all([h1, h2, h3].map((host) => startBackend(host, '7000')));
      if (first === undefined || second === undefined || third === undefined) throw new Error('three were started');
      const proxying = await (alone.includes('h4') ? proxyV1 : proxy)(h4, 'thing:7000', ...key);
      await knowsBackends(proxying, lan);
      const load = await Load.start(h4, LOAD);
      await load.moreAnswers(1);

      await startBackend(h2, '7009', 'moved');
      await load.heard('moved');
      expect(await first.announcer.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
      await load.moreAnswers(1);
      await first.service.stop('SIGTERM');

      const cuts: Cut[] = [];
      const hit = async (strike: () => Promise<unknown>): Promise<void> => {
        const from = Date.now();
        await strike();
        const to = Date.now();
        cuts.push({ from, to });
        await load.moreAnswers(2, VANISHED);
        // Who was away for less is not heard of again.
        while (Date.now() - to < ABSENT_MS) await load.moreAnswers(1, VANISHED);
      };
      for (const victim of [third.announcer, third.service]) {
        await hit(() => freeze(h3, victim));
        const thawedAt = Date.now();
        victim.kill('SIGCONT');
        await load.heard('h3', thawedAt);
      }
      await hit(() => second.service.stop('SIGKILL'));
      const againAt = Date.now();
      await startProgram(h2, 'service', '7000', 'h2');
      await load.heard('h2', againAt);
      await hit(() => second.announcer.stop('SIGKILL'));
      await hit(() => lan.unplug(h3));
      const tally = await load.finish();

      expect(tally.failures.filter((failure) => !isCut(failure, cuts))).toEqual([]);
      expect(tally.failures.length).toBeLessThanOrEqual(2 * LOAD.concurrency * cuts.length);
      expect(keptWaiting(tally, cuts, WORST_MS).filter((one) => !isCut(one, cuts))).toEqual([]);
      expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h2', 'h3', 'moved']);
    },
  );
}

interface Backend {
  readonly service: HostProcess;
  readonly announcer: HostProcess;
}

/** Resolves when it is stopped: until then its kernel may go on accepting for it. */
async function freeze(host: Host, victim: HostProcess): Promise<void> {
  victim.kill('SIGSTOP');
  await host.until(`grep -q '^State:.T' /proc/${victim.pid}/status`);
}
