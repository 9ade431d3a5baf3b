import type { Host, HostProcess, Lab } from '@mdns-ambassador/testkit';
import { afterAll, beforeAll, expect } from 'vitest';
import { AMBASSADOR, startProgram } from '../../ambassador.ts';
import { who } from '../../clients.ts';
import { explainNoHistory, type FormerState, FormerVersion } from '../../former-version.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';
import { makeSharedFolder } from '../../mesh.ts';

/** They destroyed connections while OpenSSL was at their handshakes, which ended a process now and then. */
const OUTSIDE_TLS = [
  {
    file: 'packages/mesh/src/server/accept-secure.ts',
    from: 'onSecure(first as TLSSocket);',
    to: 'setImmediate(onSecure, (first as TLSSocket).on("error", () => undefined));',
  },
  {
    file: 'packages/mesh/src/client/connect-secure.ts',
    from: "once('secureConnect', onSecure)",
    to: "once('secureConnect', () => setImmediate(onSecure))",
  },
];
/** The last before clients share connections (ALPN `ambassador/2`): it has machines, invitations and peer links. */
const BEFORE: FormerState = {
  commit: '97ee64264c45c4a8be66dbc1745756b3345f717e',
  build: [['packages/admin/page.mjs'], ['packages/cli/bundle.mjs']],
  mends: OUTSIDE_TLS,
};
/** The last before peer links and machines: it knows key files and tokens. */
const LONG_BEFORE: FormerState = {
  commit: '061daae7a51b663f6f28b06425c25f60105c6682',
  build: [['node_modules/typescript/bin/tsc', '--build', '--noCheck', 'packages/cli']],
  gone: ['node-zookeeper-client'],
  mends: OUTSIDE_TLS,
};

const KEY = '/run/.config/ambassador/mesh.key';
const missing = await explainNoHistory(BEFORE);
const missingLong = missing ?? (await explainNoHistory(LONG_BEFORE));
const versions = new Map<FormerState, FormerVersion>();
beforeAll(async () => {
  const states = [...(missing === undefined ? [BEFORE] : []), ...(missingLong === undefined ? [LONG_BEFORE] : [])];
  await Promise.all(states.map(async (state) => versions.set(state, await FormerVersion.make(state))));
});
afterAll(() => {
  for (const version of versions.values()) version.remove();
});

/** The path of what Node runs. */
function programOf(state: FormerState): string {
  const version = versions.get(state);
  if (version === undefined) throw new Error(`${state.commit} was not built`);
  return version.program;
}

/** Who answers at a proxy's, of twenty times. */
async function askMany(host: Host): Promise<readonly string[]> {
  return await Promise.all(Array.from({ length: 20 }, () => who(host, 7000)));
}

/** A host, the version that it runs, and its flags. */
interface Machine {
  readonly host: Host;
  readonly program: string;
  readonly flags: readonly string[];
}

interface Running {
  readonly machine: Machine;
  readonly processes: readonly HostProcess[];
}

async function run({ host, program }: Machine, input: string, ...args: readonly string[]): Promise<string> {
  return await host.read(process.execPath, [program, ...args], { input });
}

function spawn({ host, program, flags }: Machine, ...args: readonly string[]): HostProcess {
  return host.spawn(process.execPath, [program, ...args, ...flags]);
}

/** Announces its service, and proxies those of all. */
async function start(machine: Machine): Promise<Running> {
  const announcing = spawn(machine, 'announce', 'thing:7001');
  const proxying = spawn(machine, 'proxy', 'thing:7000');
  await Promise.all([announcing.line(/^announced/), proxying.line(/listening/)]);
  return { machine, processes: [announcing, proxying] };
}

/** Until everybody has found everybody. */
async function meet(lan: Lab, running: readonly Running[]): Promise<void> {
  for (const { processes } of running) {
    await processes[1]?.until((output) => lan.hosts.every(({ name }) => output.includes(`found "thing on ${name}"`)));
  }
}

/** Clients of every proxy, until each has had many answers; all of every service, and none failed. */
async function expectAllServed(lan: Lab, loads: readonly Load[]): Promise<void> {
  const names = lan.hosts.map(({ name }) => name);
  await Promise.all(loads.map((load) => load.moreAnswers(1)));
  for (const load of loads) {
    const { failures, by } = await load.finish();
    expect(failures).toEqual([]);
    expect(Object.keys(by).toSorted()).toEqual(names);
  }
}

function startLoads(lan: Lab): Promise<readonly Load[]> {
  return Promise.all(lan.hosts.map((host) => Load.start(host, { concurrency: 2, pauseMs: 10 })));
}

await labTest(
  'a mesh of three versions with one key: everybody serves everybody under load, while the oldest rotates the key and this one drops the old',
  { hosts: 3, absence: missingLong },
  async (lan) => {
    const programs = [AMBASSADOR, programOf(BEFORE), programOf(LONG_BEFORE)];
    const folder = makeSharedFolder();
    const machines = lan.hosts.map((host, index): Machine => {
      const flags = ['--mesh-key-file', `${folder}/${host.name}.key`];
      return { host, program: programs[index] ?? '', flags };
    });
    const [now, , oldest] = machines;
    if (now === undefined || oldest === undefined) throw new Error('there are three');
    const master = `${folder}/mesh.key`;
    await run(oldest, '', 'mesh', 'init', master);
    const bring = async ({ host }: Machine): Promise<void> => {
      const copy = `${folder}/${host.name}.key`;
      await host.read('sh', ['-c', `cp -p ${master} ${copy}.new && mv ${copy}.new ${copy}`]);
    };
    for (const machine of machines) await bring(machine);
    for (const { host } of machines) await startProgram(host, 'service', '7001', host.name);
    const running = await Promise.all(machines.map(start));
    await meet(lan, running);

    const loads = await startLoads(lan);
    await Promise.all(loads.map((load) => load.moreAnswers(1)));
    const distribute = async (order: readonly number[]): Promise<void> => {
      for (const { machine, processes } of order.flatMap((index) => running[index] ?? [])) {
        await bring(machine);
        for (const process of processes) await process.line(/the mesh key has changed/);
      }
    };
    await run(oldest, '', 'mesh', 'rotate', master);
    await distribute([1, 2, 0]);
    await run(now, '', 'mesh', 'rotate', '--drop-old', master);
    await distribute([0, 2, 1]);
    await expectAllServed(lan, loads);
  },
);

await labTest(
  'machines that the version before let in, and such as joined by it, change versions and meet; the key is rotated meanwhile, and one is removed',
  { hosts: 3, absence: missing },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const before = programOf(BEFORE);
    const as = (host: Host, program: string): Machine => ({ host, program, flags: [] });
    const join = async (keeper: Machine, joiner: Machine): Promise<void> => {
      const inviting = spawn(keeper, 'mesh', 'invite');
      await inviting.line(/Waiting for it/);
      const code = /mesh join (\S+)/.exec(inviting.stdout)?.[1] ?? '';
      expect(await run(joiner, `${code}\n`, 'mesh', 'join')).toMatch(/^this machine is h\d in mesh [0-9a-f]{16} now/m);
      expect(await inviting.exited).toMatchObject({ code: 0 });
    };
    await join(as(h1, before), as(h2, AMBASSADOR));
    await join(as(h1, AMBASSADOR), as(h3, before));

    for (const host of lan.hosts) await startProgram(host, 'service', '7001', host.name);
    const keeper = await start(as(h1, before));
    const members = await Promise.all([start(as(h2, AMBASSADOR)), start(as(h3, before))]);
    await meet(lan, [keeper, ...members]);
    await expectAllServed(lan, await startLoads(lan));

    await run(as(h1, AMBASSADOR), '', 'mesh', 'rotate');
    for (const process of keeper.processes) await process.line(/the mesh key has changed/);
    await Promise.all(members.flatMap(({ processes }) => processes.map((process) => process.stop('SIGTERM'))));
    const swapped = await Promise.all([start(as(h2, before)), start(as(h3, AMBASSADOR))]);
    await meet(lan, swapped);
    await expectAllServed(lan, await startLoads(lan));
    const current = /mesh ([0-9a-f]{16})/.exec(await run(as(h1, AMBASSADOR), '', 'mesh', 'show'))?.[1] ?? '';
    for (const { machine } of swapped) {
      await machine.host.until(`${process.execPath} ${machine.program} mesh show ${KEY} | grep -q 'mesh ${current}'`);
    }
    await run(as(h1, AMBASSADOR), '', 'mesh', 'rotate', '--drop-old');
    for (const process of keeper.processes) await process.line(/the mesh key has changed/);
    await expectAllServed(lan, await startLoads(lan));

    await run(as(h1, AMBASSADOR), '', 'mesh', 'remove', 'h3');
    for (const process of [keeper, swapped[0]].flatMap((running) => running?.processes ?? [])) {
      await process.line(/h3 was removed from the mesh: it is refused/);
    }
    await expect.poll(() => who(h2, 7000)).not.toBe('');
    expect(await askMany(h2)).toEqual(expect.not.arrayContaining(['', 'h3\n']));
    for (const answer of await askMany(h3)) expect(['', 'h3\n']).toContain(answer);
  },
);
