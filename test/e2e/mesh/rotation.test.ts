import { expect } from 'vitest';
import { runProgram } from '../../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';
import { initMesh, makeSharedFolder, mesh } from '../../mesh.ts';

await labTest(
  'a mesh key is rotated under load, on one host after the other in any order, and no connection fails',
  { hosts: 4 },
  async (lan) => {
    const folder = makeSharedFolder();
    const admin = lan.host(1);
    const master = await initMesh(admin, folder);
    const copies = await Promise.all(
      lan.hosts.map(async (host) => {
        const copy = `${folder}/${host.name}.key`;
        await host.read('cp', ['-p', master, copy]);
        return copy;
      }),
    );
    const [, , , proxyKey = ''] = copies;
    const backends = await startBackends(lan, (host) => ['--mesh-key-file', `${folder}/${host.name}.key`]);
    const proxying = await startProxy(lan, '--mesh-key-file', proxyKey);
    const load = await Load.start(lan.host(BACKEND_COUNT + 1), { concurrency: 4, pauseMs: 10 });
    await load.moreAnswers(1);

    const distribute = async (order: readonly number[]): Promise<void> => {
      for (const number of order) {
        const copy = copies[number - 1] ?? '';
        await admin.read('sh', ['-c', `cp -p ${master} ${copy}.new && mv ${copy}.new ${copy}`]);
        const process = number === BACKEND_COUNT + 1 ? proxying : backends[number - 1]?.announcer;
        await process?.line(/the mesh key has changed/);
        await load.moreAnswers(1);
      }
    };
    await mesh(admin, 'rotate', master);
    await distribute([2, 4, 1, 3]);
    await mesh(admin, 'rotate', '--drop-old', master);
    await distribute([3, 4, 2, 1]);
    await load.moreAnswers(1);
    const tally = await load.finish();

    expect(tally.failures).toEqual([]);
    const current = /mesh ([0-9a-f]{16})/.exec(await mesh(admin, 'show', master))?.[1] ?? '';
    expect(proxying.stdout).toContain(`the mesh key has changed: mesh ${current}\n`);
  },
);

await labTest(
  'leaves that live for six seconds are renewed under load, and no connection fails',
  { hosts: 1 },
  async (lan) => {
    const tally = await runProgram<{
      answered: number;
      failed: readonly string[];
      refused: readonly string[];
      renewals: number;
    }>(lan.host(1), 'renewal', ['6000', '14']);
    expect(tally.failed).toEqual([]);
    // Who is kept from running for seconds is told to be slow; nobody has the wrong papers.
    expect(tally.refused.filter((reason) => !reason.includes('did not finish a handshake'))).toEqual([]);
    expect(tally.answered).toBeGreaterThan(20);
    expect(tally.renewals).toBeGreaterThanOrEqual(2);
  },
);
