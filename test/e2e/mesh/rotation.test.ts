import { admitMachine, createKeyFile, createMachineKey, parseMembership, readKeyFile } from '@mdns-ambassador/mesh';
import { expect } from 'vitest';
import { announce, proxy, runProgram, startProgram } from '../../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { who } from '../../clients.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';
import { initMesh, makeSharedFolder, mesh } from '../../mesh.ts';

const DAY_MS = 86_400_000;

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
  'a membership that is due is renewed by the keeper that is reached, in the file of the machine, and its key is rotated with it',
  { hosts: 2 },
  async (lan) => {
    const folder = makeSharedFolder();
    const [keeper, laptop] = [lan.host(1), lan.host(2)];
    const master = await initMesh(keeper, folder);
    const path = `${folder}/laptop.key`;
    const key = createMachineKey();
    const admitted = { name: 'laptop', may: { kind: 'all' }, now: Date.now() - 65 * DAY_MS } as const;
    const membership = parseMembership(await admitMachine(readKeyFile(master, 'linux'), key, admitted));
    createKeyFile(path, { kind: 'member', key, membership }, 'linux');
    await startProgram(keeper, 'service', '7000', 'h1');
    const announcer = await announce(keeper, 'thing:7000', '--mesh-key-file', master);
    const proxying = await proxy(laptop, 'thing:7000', '--mesh-key-file', path);
    expect(proxying.stdout).toContain("this machine's membership of the mesh ends in 25 days");
    await expect.poll(() => who(laptop, 7000), { timeout: 20_000 }).toBe('h1\n');
    await proxying.until((output) => output.includes("this machine's membership was renewed until"));
    const ends = async (): Promise<number> => Date.parse(JSON.parse(await mesh(laptop, 'show', '--json', path)).ends);
    expect(await ends()).toBeGreaterThan(Date.now() + 89 * DAY_MS);
    expect(await laptop.read('stat', ['-c', '%a', path])).toBe('600\n');

    await mesh(keeper, 'rotate', master);
    await announcer.line(/the mesh key has changed/);
    const current = /mesh ([0-9a-f]{16})/.exec(await mesh(keeper, 'show', master))?.[1] ?? '';
    // A process asks a keeper once an hour; this one has not asked.
    const again = await proxy(laptop, 'thing:7001', '--mesh-key-file', path);
    await expect.poll(() => who(laptop, 7001), { timeout: 20_000 }).toBe('h1\n');
    await again.until((output) => output.includes("this machine's membership was renewed until"));
    expect(await mesh(laptop, 'show', path)).toContain(
      `mesh ${current}: laptop is a member and may use the whole mesh, until `,
    );
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
