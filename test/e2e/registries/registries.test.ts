import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, runAmbassador, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load } from '../../load.ts';
import {
  compactEtcd,
  demandEtcdLogin,
  ETCD,
  makeDigestFolder,
  SASL_DEMANDED,
  startEtcd,
  startZooKeeper,
  ZOOKEEPER,
} from './registry-server.ts';

const FOLDER = '/services/thing';
/** Longer than a session or a lease, and waited out: nobody may fail meanwhile. A server that comes back gives both their time anew. */
const DOWN_MS = Number(process.env.REGISTRY_DOWN_MS ?? 12_000);
const ADMIN = '/run/admin.sock';

for (const server of [ZOOKEEPER, ETCD]) {
  await labTest(
    `${server.kind}: services are written and found; a killed owner, an expired one, a server that is down and a move fail no new connection`,
    { hosts: 4, needs: [...server.needs, 'curl'] },
    async (lan) => {
      const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
      let running = await server.start(h3);
      const place = server.address(h3, FOLDER);
      const first = await startOwner(h1, place);
      const second = await startOwner(h2, place);
      await startOwner(h3, place);
      expect(await server.list(h3, FOLDER)).toHaveLength(3);
      const proxying = await proxy(h4, 'thing:7000', '--from', place, '--admin', `unix:${ADMIN}`, '--json');
      await proxying.until((output) => [h1, h2, h3].every(({ ip }) => output.includes(`"${ip}"`)));
      const load = await Load.start(h4, { concurrency: 4, pauseMs: 5 });
      await load.moreAnswers(2);

      // One owner is killed, another's announcer frozen: their entries go with their sessions, and the third one serves.
      await Promise.all([first.service.stop('SIGKILL'), first.announcer.stop('SIGKILL')]);
      const killedAt = Date.now();
      second.announcer.kill('SIGSTOP');
      await proxying.until(() => [h1, h2].every(({ ip }) => wasRemoved(proxying, ip)));
      expect(await server.list(h3, FOLDER)).toHaveLength(1);

      // Its session is over when it goes on: it writes itself anew.
      second.announcer.kill('SIGCONT');
      await proxying.until(() => countAdded(proxying, h2.ip) === 2);
      expect(await server.list(h3, FOLDER)).toHaveLength(2);

      // The server is down for longer than a session.
      await running.stop('SIGKILL');
      await proxying.line(/"stale"/);
      await expect.poll(() => readStates(h4)).toEqual(['stale', 'stale']);
      await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
      running = await server.start(h3);
      await proxying.line(/"state":"ready"/);

      // It moves: another host, then the old one leaves with a goodbye.
      const movedAt = Date.now();
      await startOwner(h1, place);
      await load.heard('h1', movedAt);
      const tally = await load.finish();
      expect(failedAfter(tally, killedAt)).toEqual([]);
      await expect.poll(() => readStates(h4)).toEqual(['ready', 'ready', 'ready']);
      expect(
        (await runAmbassador(h4, ['resolve', 'thing', '--all', '--timeout', '20s', '--from', place])).stdout
          .split('\n')
          .sort(),
      ).toEqual(['', `${h1.ip}:7000`, `${h2.ip}:7000`, `${h3.ip}:7000`]);
      await running.stop();
    },
  );

  await labTest(
    `${server.kind}: what nerve and Finagle write is read, what is no place is told of once, and SIGTERM removes what announce wrote`,
    { hosts: 2, needs: server.needs },
    async (lan) => {
      const [h1, h2] = [lan.host(1), lan.host(2)];
      await server.start(h2);
      await startProgram(h1, 'service', '7000', 'h1');
      const place = server.address(h2, FOLDER);
      const announcer = await announce(h1, 'thing:7000', '--to', place, '--weight', '7');
      await server.write(h2, `${FOLDER}/nerve`, '{"host":"10.99.0.8","port":7001,"name":"nerve-1","weight":3}');
      const serverset =
        '{"serviceEndpoint":{"host":"10.99.0.9","port":7002},"additionalEndpoints":{},"status":"ALIVE"}';
      await server.write(h2, `${FOLDER}/member_0000000001`, serverset);
      await server.write(h2, `${FOLDER}/nonsense`, '{]');
      const { stdout, stderr } = await runAmbassador(h1, [
        'resolve',
        'thing',
        '--json',
        '--timeout',
        '20s',
        '--from',
        place,
      ]);
      const found = JSON.parse(stdout).map(({ address, port, weight }: Found) => `${address}:${port} ${weight}`);
      expect(found.sort()).toEqual(['10.99.0.1:7000 7', '10.99.0.8:7001 3', '10.99.0.9:7002 1']);
      expect(stderr.match(/nonsense/g)).toHaveLength(1);
      expect(await announcer.stop()).toEqual({ code: 0, signal: undefined });
      expect((await server.list(h2, FOLDER)).filter((name) => name.includes('thing-on-h1'))).toEqual([]);
    },
  );
}

await labTest(
  'etcd: history that was compacted away is no history that is missed',
  { hosts: 3, needs: ETCD.needs },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    await startProgram(h1, 'service', '7000', 'h1');
    const server = await ETCD.start(h2);
    const place = ETCD.address(h2, FOLDER);
    const proxying = await proxy(h3, 'thing:7000', '--from', place, '--json');
    await ETCD.write(h2, `${FOLDER}/a`, '10.99.0.1:7009');
    await proxying.line(/"endpoint-added".*7009/);
    // It changes while nobody reaches it, so that the watch is taken up from before the compaction.
    await server.stop('SIGKILL');
    const hidden = await startEtcd(h2, '127.0.0.1');
    await ETCD.write(h2, `${FOLDER}/a`, '10.99.0.1:7008');
    await ETCD.write(h2, `${FOLDER}/a`, '10.99.0.1:7000');
    await compactEtcd(h2);
    await hidden.stop();
    await ETCD.start(h2);
    await proxying.until((output) => /"endpoint-added".*7000/.test(output) && /"endpoint-removed".*7009/.test(output));
    expect(proxying.stdout).not.toMatch(/"endpoint-added".*7008/);
  },
);

await labTest(
  'registries that ask who somebody is: etcd with users, a folder of ZooKeeper with a digest, and ZooKeeper that demands SASL',
  { hosts: 3, needs: [...ETCD.needs, ...ZOOKEEPER.needs] },
  async (lan) => {
    const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
    const login = 'me:not-for-others';
    const withLogin = ['--registry-login-file', '/run/login'];
    const [etcd] = await Promise.all([
      ETCD.start(h2),
      ZOOKEEPER.start(h2),
      startZooKeeper(h3, ...SASL_DEMANDED),
      startProgram(h1, 'service', '7000', 'h1'),
      writePrivately(h1, '/run/login', login),
      writePrivately(h1, '/run/wrong', 'me:something-else'),
    ]);
    await Promise.all([demandEtcdLogin(h2, login, FOLDER), makeDigestFolder(h2, login, FOLDER)]);
    const [inEtcd, inZooKeeper] = [ETCD.address(h2, FOLDER), ZOOKEEPER.address(h2, FOLDER)];
    const proxying = await proxy(h1, 'thing:7001', '--from', inEtcd, ...withLogin, '--json');
    const announcer = await announce(h1, 'thing:7000', '--to', inEtcd, '--to', inZooKeeper, ...withLogin);
    const said: string[] = [];
    const ask = async (from: readonly string[]): Promise<string> => {
      const words = ['resolve', 'thing', '--timeout', '5s', '--from', ...from];
      const { stdout, stderr } = await runAmbassador(h1, words);
      said.push(stdout, stderr);
      return `${stdout}${stderr}`;
    };
    const withSasl = ZOOKEEPER.address(h3, FOLDER);
    const answers: readonly (readonly [from: readonly string[], answer: string])[] = [
      [[inEtcd, ...withLogin], `${h1.ip}:7000`],
      [[inZooKeeper, ...withLogin], `${h1.ip}:7000`],
      [[inEtcd], 'etcd wants to know who asks'],
      [[inZooKeeper], `this user may not do that at ${FOLDER} (NoAuth)`],
      [[withSasl], 'it demands a login by SASL, which is not spoken here'],
      [[withSasl, ...withLogin], 'it demands a login by SASL, which is not spoken here'],
      [[inEtcd, '--registry-login-file', '/run/wrong'], 'etcd refuses this user and password'],
    ];
    await Promise.all(answers.map(([from, answer]) => expect.poll(() => ask(from)).toContain(answer)));

    // A member that is started anew knows no token any more.
    await etcd.stop('SIGKILL');
    await ETCD.start(h2);
    await ETCD.write(h2, `${FOLDER}/other`, '10.99.0.9:7009');
    await proxying.line(/"endpoint-added".*7009/);

    await announcer.stop();
    expect(await ETCD.list(h2, FOLDER)).toEqual([`${FOLDER}/other`]);
    const told = [...said, announcer.stdout, announcer.stderr, proxying.stdout, proxying.stderr].join('');
    expect(told).not.toMatch(/not-for-others|something-else/);
    expect(announcer.stderr.match(/can be read on the way/g)).toHaveLength(2);
  },
);

async function writePrivately(host: Host, path: string, text: string): Promise<void> {
  await host.read('sh', ['-c', `umask 077; cat > ${path}`], { input: `${text}\n` });
}

interface Found {
  readonly address: string;
  readonly port: number;
  readonly weight: number;
}

interface Owner {
  readonly service: HostProcess;
  readonly announcer: HostProcess;
}

async function startOwner(host: Host, to: string): Promise<Owner> {
  const service = await startProgram(host, 'service', '7000', host.name);
  const announcer = await announce(host, 'thing:7000', '--to', to);
  return { service, announcer };
}

function wasRemoved(proxying: HostProcess, ip: string): boolean {
  return new RegExp(`"endpoint-removed".*"${ip}"`).test(proxying.stdout);
}

function countAdded(proxying: HostProcess, ip: string): number {
  return proxying.stdout.match(new RegExp(`"endpoint-added".*"${ip}"`, 'g'))?.length ?? 0;
}

async function readStates(host: Host): Promise<readonly string[]> {
  const status = await host.read('curl', ['-s', '--unix-socket', ADMIN, 'http://localhost/v1/status']);
  return JSON.parse(status).services[0].endpoints.map(({ state }: { readonly state: string }) => state);
}
