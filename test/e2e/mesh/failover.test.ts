import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { BACKEND_COUNT, type Backend, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load, worstAfter, worstBefore } from '../../load.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';

const CONCURRENCY = 4;
const PAUSE_MS = 10;
/** Who waits for a dial to time out waits longer. */
const WORST_MS = 1_500;

/** Who is hit, and how it is started so that this is noticed before a client is sent there. */
const VICTIMS: readonly {
  readonly who: string;
  readonly flags: readonly string[];
  readonly find: (backend: Backend | undefined) => Backend['service'] | undefined;
}[] = [
  { who: 'announcers', flags: [], find: (backend) => backend?.announcer },
  { who: 'backends behind their announcers', flags: ['--check', 'redis'], find: (backend) => backend?.service },
];

for (const { who, flags, find } of VICTIMS) {
  for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
    await labTest(`${signal} of one of three ${who} of a mesh fails no new connection`, { hosts: 4 }, async (lan) => {
      const key = await initMesh(lan.host(1), makeSharedFolder());
      const backends = await startBackends(lan, '--mesh-key-file', key, ...flags);
      await startProxy(lan, '--mesh-key-file', key);
      const load = await Load.start(lan.host(BACKEND_COUNT + 1), { concurrency: CONCURRENCY, pauseMs: PAUSE_MS });
      await load.moreAnswers(2);
      await hit(lan.host(2), find(backends[1]), signal);
      const hitAt = Date.now();
      await load.moreAnswers(4);
      const tally = await load.finish();

      expect(failedAfter(tally, hitAt)).toEqual([]);
      // Beyond what the machine does to everybody.
      const allowed = Math.max(WORST_MS, 2 * worstBefore(tally, hitAt));
      expect(worstAfter(tally, hitAt)).toBeLessThanOrEqual(allowed);
      expect(tally.failures.length).toBeLessThanOrEqual(2 * CONCURRENCY);
      expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h2', 'h3']);
    });
  }
}

/** Resolves when it is dead or stopped: until then its kernel may go on accepting for it. */
async function hit(host: Host, victim: Backend['service'] | undefined, signal: 'SIGKILL' | 'SIGSTOP'): Promise<void> {
  if (signal === 'SIGKILL') {
    await victim?.stop(signal);
  } else {
    victim?.kill(signal);
    await host.until(`grep -q '^State:.T' /proc/${victim?.pid}/status`);
  }
}
