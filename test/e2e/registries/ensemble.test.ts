import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, proxy, startProgram } from '../../ambassador.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load } from '../../load.ts';
import { ETCD_ENSEMBLE, ZOOKEEPER_ENSEMBLE } from './ensemble.ts';

const FOLDER = '/services/thing';
const MEMBERS = 3;

for (const ensemble of [ETCD_ENSEMBLE, ZOOKEEPER_ENSEMBLE]) {
  await labTest(
    `${ensemble.kind}: when the member that is followed is killed another one is, and no connection fails`,
    { hosts: MEMBERS + 1, needs: ensemble.needs },
    async (lan) => {
      const members = lan.hosts.slice(0, MEMBERS);
      const client = lan.host(MEMBERS + 1);
      const servers = await ensemble.start(members);
      const place = ensemble.address(members, FOLDER);
      await startOwner(client, '7001', place);
      const proxying = await proxy(client, 'thing:7000', '--from', place, '--json');
      await proxying.until(() => isFound(proxying, 7001));
      const load = await Load.start(client, { concurrency: 4, pauseMs: 5 });
      await load.moreAnswers(1);

      await killFollowed(client, members, servers, ensemble.port, proxying);
      const killedAt = Date.now();
      // What is written now is heard of now.
      await startOwner(client, '7002', place);
      await proxying.until(() => isFound(proxying, 7002));
      await load.heard('s7002', killedAt);
      // Who had announced by that member, too, is still there.
      expect(proxying.stdout).not.toMatch(/"endpoint-removed"/);
      const tally = await load.finish();
      expect(failedAfter(tally, 0)).toEqual([]);
      expect(Object.keys(tally.by).sort()).toEqual(['s7001', 's7002']);
    },
  );
}

async function startOwner(host: Host, port: string, to: string): Promise<void> {
  await startProgram(host, 'service', port, `s${port}`);
  await announce(host, `thing:${port}`, '--name', `thing ${port}`, '--to', to);
}

/** Kills the member which this process has connections to. */
async function killFollowed(
  client: Host,
  members: readonly Host[],
  servers: readonly HostProcess[],
  port: number,
  follower: HostProcess,
): Promise<void> {
  const connections = await client.read('ss', ['-Htnp', 'state', 'established', `dport = :${port}`]);
  const own = connections.split('\n').filter((line) => line.includes(`pid=${follower.pid},`));
  const index = members.findIndex(({ ip }) => own.some((line) => line.includes(` ${ip}:${port}`)));
  expect(index, connections).toBeGreaterThanOrEqual(0);
  await servers[index]?.stop('SIGKILL');
}

function isFound(proxying: HostProcess, port: number): boolean {
  return new RegExp(`"endpoint-added".*"port":${port}\\b`).test(proxying.stdout);
}
