import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, runAmbassador, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load } from '../../load.ts';
import { compactEtcd, ETCD, startEtcd, ZOOKEEPER } from './registry-server.ts';

const FOLDER = '/services/thing';
/** Longer than any session or lease: what hung on them is gone when the server is back. */
const DOWN_MS = Number(process.env.REGISTRY_DOWN_MS ?? 12_000);
const GONE = { timeout: 30_000 };
const ADMIN = '/run/admin.sock';

for (const server of [ZOOKEEPER, ETCD]) {
  await labTest(
    `${server.kind}: services are written and found; a killed owner, a server that is down and a move fail no new connection`,
    { hosts: 4, needs: [...server.needs, 'curl'], timeout: 110_000 },
    async (lan) => {
      const [h1, h2, h3, h4] = [lan.host(1), lan.host(2), lan.host(3), lan.host(4)];
      let running = await server.start(h3);
      const place = server.address(h3, FOLDER);
      const first = await startOwner(h1, place);
      await startOwner(h2, place);
      expect(await server.list(h3, FOLDER)).toHaveLength(2);
      const proxying = await proxy(h4, 'thing:7000', '--from', place, '--admin', `unix:${ADMIN}`, '--json');
      await proxying.until((output) => [h1, h2].every(({ ip }) => output.includes(`"${ip}"`)));
      const load = await Load.start(h4, { concurrency: 4, pauseMs: 5 });
      await load.moreAnswers(2);

      // The owner is killed: its entry goes with its session, and nobody is sent there meanwhile.
      await Promise.all([first.service.stop('SIGKILL'), first.announcer.stop('SIGKILL')]);
      const killedAt = Date.now();
      await proxying.line(/"endpoint-removed"/, GONE);
      expect(await server.list(h3, FOLDER)).toHaveLength(1);

      // The server is down for so long that the other's session ends, too.
      await running.stop('SIGKILL');
      await proxying.line(/"stale"/, GONE);
      expect(await readStates(h4)).toEqual(['stale']);
      await new Promise((resolve) => setTimeout(resolve, DOWN_MS));
      running = await server.start(h3);
      await proxying.line(/"state":"ready"/, GONE);

      // It moves: another host, then the old one leaves with a goodbye.
      await startOwner(h1, place);
      await load.heard('h1', 20_000);
      const tally = await load.finish();
      expect(failedAfter(tally, killedAt)).toEqual([]);
      expect(await readStates(h4)).toEqual(['ready', 'ready']);
      expect(
        (await runAmbassador(h4, ['resolve', 'thing', '--all', '--from', place])).stdout.split('\n').sort(),
      ).toEqual(['', `${h1.ip}:7000`, `${h2.ip}:7000`]);
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
      const { stdout, stderr } = await runAmbassador(h1, ['resolve', 'thing', '--json', '--from', place]);
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
    await proxying.until(
      (output) => /"endpoint-added".*7000/.test(output) && /"endpoint-removed".*7009/.test(output),
      GONE,
    );
    expect(proxying.stdout).not.toMatch(/"endpoint-added".*7008/);
  },
);

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

async function readStates(host: Host): Promise<readonly string[]> {
  const status = await host.read('curl', ['-s', '--unix-socket', ADMIN, 'http://localhost/v1/status']);
  return JSON.parse(status).services[0].endpoints.map(({ state }: { readonly state: string }) => state);
}
