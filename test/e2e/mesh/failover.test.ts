import { expect } from 'vitest';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load, worstAfter } from '../../load.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';

const CONCURRENCY = 8;
const PAUSE_MS = 10;
const WORST_MS = 300;

for (const signal of ['SIGKILL', 'SIGSTOP'] as const) {
  await labTest(`${signal} of one of three announcers of a mesh fails no new connection`, { hosts: 4 }, async (lan) => {
    const key = await initMesh(lan.host(1), makeSharedFolder());
    const backends = await startBackends(lan, '--mesh-key-file', key);
    await startProxy(lan, '--mesh-key-file', key);
    const load = await Load.start(lan.host(BACKEND_COUNT + 1), { concurrency: CONCURRENCY, pauseMs: PAUSE_MS });
    await load.moreAnswers(3);
    const hitAt = Date.now();
    backends[1]?.announcer.kill(signal);
    await load.moreAnswers(6);
    const tally = await load.finish();

    expect(failedAfter(tally, hitAt)).toEqual([]);
    expect(worstAfter(tally, hitAt)).toBeLessThanOrEqual(WORST_MS);
    expect(Object.keys(tally.by).sort()).toEqual(['h1', 'h2', 'h3']);
  });
}
