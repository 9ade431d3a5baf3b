import type { Host, HostProcess } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import {
  announce,
  proxy,
  runAmbassador,
  runProgram,
  spawnAmbassador,
  spawnProgram,
  startProgram,
} from '../../ambassador.ts';
import { BACKEND_COUNT, startBackends, startProxy } from '../../backends.ts';
import { CONFIGURATION_FILE, writeConfiguration } from '../../configuration.ts';
import { askRedis, startRedis, writeCredentials } from '../../credentials.ts';
import { labTest } from '../../lab-test.ts';
import { failedAfter, Load } from '../../load.ts';
import { initMesh, makeSharedFolder } from '../../mesh.ts';

const CONCURRENCY = 8;
const WORKERS = ['--workers', '2'];
const CONNECTIONS = 60;
const MANY_BYTES = 10_000_000;

await labTest(
  'two workers: kill -9 of a backend, a goodbye, a killed worker and a pulled cable fail no connection but those that they carried',
  { hosts: 4 },
  async (lan) => {
    const backends = await startBackends(lan);
    const proxying = await startProxy(lan, ...WORKERS, '--drain-timeout', '500ms');
    const host = lan.host(BACKEND_COUNT + 1);
    const load = await Load.start(host, { concurrency: CONCURRENCY });
    await load.moreAnswers(3);

    await backends[0]?.service.stop('SIGKILL');
    const goneAt = Date.now();
    await load.moreAnswers(3);
    expect(await backends[1]?.announcer.stop('SIGTERM')).toMatchObject({ code: 0 });

    const workers = await listWorkers(host, proxying);
    expect(workers).toHaveLength(2);
    const killedAt = Date.now();
    await host.read('kill', ['-9', workers[0] ?? '']);
    await proxying.line(/^thing: worker \d of 2 ended \(SIGKILL\) and is started again; what it carried was reset$/);
    await expect.poll(async () => (await listWorkers(host, proxying)).length).toBe(2);
    const againAt = Date.now();
    await load.moreAnswers(3);
    await startProgram(lan.host(1), 'service', '7000', 'h1');
    await load.lastAnswerBy('h1');
    const pullingAt = Date.now();
    await lan.unplug(lan.host(BACKEND_COUNT));
    const pulledAt = Date.now();
    await load.moreAnswers(3, { timeout: 60_000 });
    await lan.plug(lan.host(BACKEND_COUNT));
    const tally = await load.finish();
    expect(failedAfter(tally, againAt).filter(({ begunAt, tookMs }) => begunAt + tookMs < pullingAt)).toEqual([]);
    expect(failedAfter(tally, pulledAt)).toEqual([]);
    expect(failedAfter(tally, goneAt).filter(({ begunAt, tookMs }) => begunAt + tookMs < killedAt)).toEqual([]);
    // What was under way on the killed backend and on the pulled one, and on the killed worker, which its clients may find refused, reset or ended.
    expect(tally.failures.length).toBeLessThanOrEqual(5 * CONCURRENCY);

    // Sums: what the killed one had told is kept.
    await expect.poll(async () => (await readTotals(host)).active).toBe(0);
    expect((await readTotals(host)).total).toBeGreaterThan(tally.answered / 2);

    const idle = await startHold(host, '7000');
    expect(await proxying.stop('SIGINT')).toEqual({ code: 0, signal: undefined });
    expect(proxying.output).toContain('0 connections finished, 1 cut off');
    expect(await idle.exited).toMatchObject({ code: 0 });
    await host.until(`! ps -o pid= -p ${workers.join()} | grep -q .`);
  },
);

await labTest(
  'two workers of up: every byte arrives, a reload loses nobody, unix sockets and port 0 are listened on, kill -9 leaves none',
  { hosts: 2 },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    await startProgram(h1, 'service', '7000', 'h1');
    await announce(h1, 'thing:7000');
    const write = (balance: string): Promise<unknown> =>
      writeConfiguration(
        h2,
        [
          'proxy:',
          `  - { service: thing, workers: 2, listen: "127.0.0.1:7000", balance: ${balance} }`,
          `  - { service: other, workers: 2, from: "static:${h1.ip}:7000", listen: ["unix:/run/other.sock", "127.0.0.1:0"] }`,
          '',
        ].join('\n'),
      );
    await write('p2c');
    const up = spawnAmbassador(h2, ['up', '--config', CONFIGURATION_FILE]);
    await up.until((output) => ['for thing', 'for other'].every((each) => output.includes(each)));
    await up.until((output) => output.includes('found "thing on h1"') && output.includes('found 10.99.0.1:7000'));
    const [, port] = /listening on unix:\/run\/other\.sock and 127\.0\.0\.1:(\d+) for other/.exec(up.stdout) ?? [];
    for (const place of ["'/run/other.sock'", `${port}, '127.0.0.1'`]) {
      const script = `require('net').connect(${place}).end('who\\n').pipe(process.stdout)`;
      expect(await h2.read(process.execPath, ['-e', script])).toBe('h1\n');
    }

    const at = ['127.0.0.1', '7000'];
    const { outcomes } = await runProgram<Mix>(h2, 'mix', [...at, `${CONNECTIONS}`, '16']);
    expect(outcomes).toEqual({ whole: CONNECTIONS });
    for (const direction of ['up', 'down']) {
      const { sent, arrived } = await runProgram<Transfer>(h2, 'transfer', [...at, direction, `${MANY_BYTES}`]);
      expect(arrived, direction).toBe(sent);
    }

    const load = await Load.start(h2);
    await load.moreAnswers(1);
    await write('round-robin');
    await up.line(/reloaded .*: 1 unchanged, 1 changed, 0 added, 0 removed/);
    await load.moreAnswers(2);
    expect((await load.finish()).failures).toEqual([]);

    // Those that were replaced end when what they carry has.
    await expect.poll(() => listWorkers(h2, up)).toHaveLength(4);
    const workers = await listWorkers(h2, up);
    up.kill('SIGKILL');
    await up.exited;
    await h2.until(`! ps -o pid= -p ${workers.join()} | grep -q .`);
  },
);

await labTest(
  'two workers in a mesh log in with a password that nobody sees, and have --max-connections together',
  { hosts: 2, needs: ['redis-server', 'redis-cli'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const key = ['--mesh-key-file', await initMesh(h1, makeSharedFolder())];
    await startRedis(h1, 6100, 'sesame');
    await announce(h1, 'redis:6100', ...key);
    const credentials = await writeCredentials(h2, 'redis', 'sesame', 'protocol: redis', 'username: app');
    const proxying = await proxy(
      h2,
      'redis:6379',
      ...key,
      ...WORKERS,
      '--credentials',
      credentials,
      '--max-connections',
      '4',
      '--drain-timeout',
      '500ms',
    );
    await proxying.line(/found "redis on h1"/);
    for (let time = 0; time < 4; time++) expect(await askRedis(h2, '6379', 'ACL', 'WHOAMI')).toBe('app');
    const workers = await listWorkers(h2, proxying);
    const shown = await h2.read('sh', [
      '-c',
      workers.map((pid) => `cat /proc/${pid}/cmdline /proc/${pid}/environ`).join(';'),
    ]);
    expect(shown).not.toContain('sesame');
    expect(shown).not.toContain('amb1_');

    // Who would take the proxy's place for the service itself is told, whichever worker hears him.
    const claiming = spawnAmbassador(h2, ['announce', 'redis:6379', '--relay', ...key]);
    await claiming.line(/a proxy of redis listens on 127\.0\.0\.1:6379/);
    expect((await claiming.stop('SIGTERM')).code).toBe(0);

    const held = [1, 2, 3, 4].map(() => h2.spawn('redis-cli', ['-p', '6379', 'SUBSCRIBE', 'news']));
    for (const one of held) await one.line(/subscribe/);
    expect(await askRedis(h2, '6379', 'PING')).toMatch(/closed|reset/i);
    await proxying.line(/redis.* 4 connections/);
    held[0]?.kill('SIGKILL');
    await expect.poll(() => askRedis(h2, '6379', 'PING')).toBe('PONG');
    expect((await proxying.stop('SIGTERM')).code).toBe(0);
  },
);

interface Mix {
  readonly outcomes: Readonly<Record<string, number>>;
}

interface Transfer {
  readonly sent: string;
  readonly arrived: string;
}

async function listWorkers(host: Host, { pid }: HostProcess): Promise<readonly string[]> {
  const printed = await host.read('sh', ['-c', `pgrep -P ${pid} || true`]);
  return printed.split('\n').filter((line) => line !== '');
}

async function readTotals(host: Host): Promise<{ readonly active: number; readonly total: number }> {
  const { stdout } = await runAmbassador(host, ['status', '--json']);
  return JSON.parse(stdout).services[0].connections;
}

/** A connection on which nothing happens. */
async function startHold(host: Host, port: string): Promise<HostProcess> {
  const holding = spawnProgram(host, 'hold', '127.0.0.1', port);
  await holding.line(/^holding/);
  return holding;
}
