import { fileURLToPath } from 'node:url';
import type { Host, HostProcess, Lab } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { announce, list, locateProgram, spawnAmbassador } from '../../ambassador.ts';
import {
  AMBASSADOR_HAPROXY_IMAGE,
  AMBASSADOR_IMAGE,
  BASE_IMAGE,
  type DockerDaemon,
  REDIS_IMAGE,
} from '../../docker-daemon.ts';
import { type DockerTest, dockerTests } from '../../docker-test.ts';
import { CONTAINER_EXAMPLES, showExample } from './container-examples.ts';

/** As a service would be run that trusts nobody. */
const LOCKED_DOWN = ['--read-only', '--cap-drop', 'ALL', '--security-opt', 'no-new-privileges'];
const DOCKER_COMPOSE = '/usr/bin/docker-compose';
const AGENT_FRAGMENT = fileURLToPath(new URL('../../../docker/compose/agent.yaml', import.meta.url));
const FEED = ['--volume', '/run/ambassador:/run/ambassador:ro'];
const FROM_AGENT = ['--from', 'agent:/run/ambassador/agent.sock'];
const ON_ALL = ['--listen', '0.0.0.0:6379', '--allow-remote'];
const CLIENTS = 4;
/** Limits against hanging. */
const WAIT = { timeout: 60_000 };
const STOP_SECONDS = '120';
/** What ambassador may add to its base image. */
const MAX_OWN_BYTES = 30e6;

/** As `list --json` says it. */
interface Seen {
  readonly addresses: readonly string[];
  readonly port: number;
}

interface Tally {
  readonly answered: number;
  readonly by: Readonly<Record<string, number>>;
  readonly failures: readonly { readonly begunAt: number; readonly how: string }[];
}

await dockerTests(
  {
    needs: ['haproxy', 'docker-compose'],
    prepare: async (daemon) => {
      await daemon.importBaseImages();
      await daemon.buildImages();
    },
  },
  {
    'the image is small, runs as nobody without rights, drains and ends by itself': showImage,
    'the variant with haproxy drives haproxy in a container as locked down': showHaproxyImage,
    'an unmodified application in a container talks to redis:6379 while redis moves, scales and dies': showApplication,
    'the agent announces containers too, and never the address of a bridge to the LAN': showAgentWithLabels,
    ...Object.fromEntries(
      CONTAINER_EXAMPLES.map((name): readonly [string, DockerTest] => [
        `examples/${name} shows what it says`,
        (daemon) => showExample(daemon, name),
      ]),
    ),
  },
);

async function showImage(daemon: DockerDaemon, lan: Lab): Promise<void> {
  const [image, base] = JSON.parse(await daemon.docker('image', 'inspect', AMBASSADOR_IMAGE, BASE_IMAGE));
  const own = image.Size - base.Size;
  process.stderr.write(`image: ${megabytes(image.Size)}, ${megabytes(own)} of it ambassador, the rest its base\n`);
  expect(own).toBeLessThan(MAX_OWN_BYTES);
  expect(image.Config).toMatchObject({ User: '65532:65532', StopSignal: 'SIGTERM' });
  expect(image.Config.Env).toContain('AMBASSADOR_DRAIN_TIMEOUT=8s');
  expect(image.Config.Labels['org.opencontainers.image.title']).toBe('ambassador');
  expect(image.Config.Healthcheck.Test).toEqual(['CMD', 'node', '/app/healthcheck.mjs']);

  const store = lan.host(2);
  await startRedis(store, 12_345);
  const from = ['--from', `static:${store.ip}:12345`];
  const flags = [...LOCKED_DOWN, '--health-interval', '500ms'];
  await daemon.docker(
    'run',
    '--detach',
    '--name',
    'proxy',
    ...flags,
    AMBASSADOR_IMAGE,
    'proxy',
    'redis',
    ...ON_ALL,
    ...from,
  );
  await awaitHealthy(daemon, 'proxy');
  const script = "console.log(require('fs').readFileSync('/proc/1/status','utf8'))";
  const status = await daemon.docker('exec', 'proxy', 'node', '-e', script);
  expect(status).toMatch(/^Uid:\t65532\t65532\t65532\t65532$/m);
  expect(status).toMatch(/^Gid:\t65532\t65532\t65532\t65532$/m);
  for (const set of ['CapPrm', 'CapEff', 'CapBnd']) expect(status).toMatch(new RegExp(`^${set}:\t0{16}$`, 'm'));
  expect(status).toMatch(/^NoNewPrivs:\t1$/m);
  expect(await daemon.docker('inspect', '--format', '{{.HostConfig.ReadonlyRootfs}}', 'proxy')).toBe('true');
  expect(await daemon.docker('exec', 'proxy', 'ambassador', '--version')).toMatch(/^\d+\.\d+\.\d+$/);

  // A connection that is open when the container is told to stop may finish.
  const address = await daemon.docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', 'proxy');
  const client = daemon.host.spawn('redis-cli', ['-h', address]);
  client.stdin.write('ECHO before\n');
  await client.line(/before/, WAIT);
  const stopped = daemon.docker('stop', '--time', STOP_SECONDS, 'proxy');
  await expect.poll(() => daemon.logs('proxy'), WAIT).toContain('stopping: connections may finish');
  client.stdin.write('ECHO after\n');
  await client.line(/after/, WAIT);
  client.stdin.end();
  await stopped;
  // 137 is what a kill leaves.
  expect(await daemon.docker('inspect', '--format', '{{.State.ExitCode}}', 'proxy')).toBe('0');
  expect(await daemon.logs('proxy')).toContain('1 connection finished, 0 cut off');
}

async function showHaproxyImage(daemon: DockerDaemon, lan: Lab): Promise<void> {
  const store = lan.host(2);
  await startRedis(store, 12_345);
  const from = ['--engine', 'haproxy', '--from', `static:${store.ip}:12345`];
  const flags = [...LOCKED_DOWN, '--tmpfs', '/tmp:mode=1777'];
  const image = AMBASSADOR_HAPROXY_IMAGE;
  await daemon.docker('run', '--detach', '--name', 'proxy', ...flags, image, 'proxy', 'redis', ...ON_ALL, ...from);
  const address = await daemon.docker('inspect', '--format', '{{.NetworkSettings.IPAddress}}', 'proxy');
  const ping = async (): Promise<string> => (await daemon.host.run('redis-cli', ['-h', address, 'PING'])).stdout;
  await expect.poll(ping, WAIT).toBe('PONG\n');
  await daemon.docker('stop', '--time', STOP_SECONDS, 'proxy');
  expect(await daemon.docker('inspect', '--format', '{{.State.ExitCode}}', 'proxy')).toBe('0');
}

async function showApplication(daemon: DockerDaemon, lan: Lab): Promise<void> {
  const [h1, h2, h3] = [lan.host(1), lan.host(2), lan.host(3)];
  await h1.read(DOCKER_COMPOSE, ['--file', AGENT_FRAGMENT, '--project-name', 'here', 'up', '--detach'], WAIT);
  const agent = await daemon.docker('ps', '--quiet', '--filter', 'label=com.docker.compose.service=agent');
  await expect.poll(() => daemon.logs(agent), WAIT).toContain('serving what is on the network');
  await daemon.docker('network', 'create', 'apps');
  const onApps = ['--network', 'apps'];
  const proxy = ['--name', 'proxy', ...onApps, '--network-alias', 'redis', ...LOCKED_DOWN, ...FEED];
  await daemon.docker('run', '--detach', ...proxy, AMBASSADOR_IMAGE, 'proxy', 'redis', ...ON_ALL, ...FROM_AGENT);
  const proxySays = async (text: string): Promise<void> => {
    await expect.poll(() => daemon.logs('proxy'), WAIT).toContain(text);
  };

  const first = await startRedis(h2, 12_345);
  const announcing = await announce(h2, 'redis:12345', '--name', 'first');
  await proxySays('found "first"');
  // Knows nothing of ambassador.
  const program = ['--volume', `${locateProgram('container-client.mjs')}:/client.mjs:ro`];
  const client = ['node', '/client.mjs', 'redis', '6379'];
  await daemon.docker('run', '--detach', '--name', 'app', ...onApps, ...program, BASE_IMAGE, ...client);
  const appSays = async (text: string): Promise<void> => {
    await expect.poll(() => daemon.logs('app'), WAIT).toContain(text);
  };
  const moreAnswers = async (): Promise<void> => {
    const count = async (): Promise<number> => (await daemon.logs('app')).split('answered ').length;
    const before = await count();
    await expect.poll(count, WAIT).toBeGreaterThan(before + 1);
  };
  await appSays('first answer of 12345');

  // It moves: to another host and port. Where it was is stopped once nobody is sent there any more.
  const servers = new Map<number, HostProcess>();
  for (const port of [13_001, 13_002, 13_003, 13_004, 13_005]) servers.set(port, await startRedis(h3, port));
  await announce(h3, 'redis:13001', '--name', 'moved');
  await appSays('first answer of 13001');
  await announcing.stop('SIGTERM', WAIT);
  await proxySays('lost "first"');
  const clients = async (): Promise<string> => await h2.read('redis-cli', ['-p', '12345', 'INFO', 'clients']);
  await expect.poll(clients, WAIT).toContain('connected_clients:1\r');
  await first.stop('SIGTERM', WAIT);

  // It grows to five.
  for (const port of [13_002, 13_003, 13_004, 13_005]) await announce(h3, `redis:${port}`, '--name', `grown ${port}`);
  for (const port of [13_002, 13_003, 13_004, 13_005]) await appSays(`first answer of ${port}`);
  // One dies.
  const killedAt = Date.now();
  await servers.get(13_003)?.stop('SIGKILL', WAIT);
  const goneAt = Date.now();
  await moreAnswers();
  // The agent goes away and comes back.
  await daemon.docker('kill', agent);
  await moreAnswers();
  await daemon.docker('start', agent);
  const asked = async (): Promise<number> => (await daemon.logs(agent)).split('somebody asks for redis').length - 1;
  await expect.poll(asked, WAIT).toBe(2);
  await moreAnswers();
  await daemon.docker('stop', '--time', STOP_SECONDS, 'app');

  const tally: Tally = JSON.parse((await daemon.logs('app')).trim().split('\n').at(-1) ?? '');
  const counted = `${tally.answered} connections answered, ${tally.failures.length} cut by the kill`;
  process.stderr.write(`application in a container: ${counted}\n`);
  // What was under way on the killed one may have been cut; no connection that was begun before or after that failed. The kernel ends
  // it with a reset, or cleanly where the question had not come yet.
  expect(tally.failures.filter(({ begunAt }) => begunAt > goneAt)).toEqual([]);
  expect(tally.failures.filter(({ how }) => !['ECONNRESET', 'closed after ""'].includes(how))).toEqual([]);
  expect(tally.failures.length).toBeLessThanOrEqual(CLIENTS);
  for (const { begunAt } of tally.failures) expect(begunAt).toBeGreaterThan(killedAt - 10_000);
  expect(Object.keys(tally.by).sort()).toEqual(['12345', '13001', '13002', '13003', '13004', '13005']);
}

async function showAgentWithLabels(daemon: DockerDaemon, lan: Lab): Promise<void> {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  await daemon.docker('network', 'create', 'apps');
  const flags = ['--name', 'store', '--network', 'apps', '--publish', '6379', '--label', 'ambassador.service=redis'];
  const command = ['redis-server', '--protected-mode', 'no', '--save', ''];
  await daemon.docker('run', '--detach', ...flags, REDIS_IMAGE, ...command);
  // A bridge is up once it has a container.
  const agent = spawnAmbassador(h1, ['agent', '--docker', '--docker-socket', '/run/docker.sock']);
  await agent.line(/^using eth0 \(10\.99\.0\.1\) and br-\w+/, { stream: 'stdout', ...WAIT });
  await agent.line(/^announced redis as "store on h1"/, { stream: 'stdout', ...WAIT });

  let seen: readonly Seen[] = [];
  const see = async (): Promise<readonly Seen[]> => {
    seen = await list<Seen>(h2, 'redis');
    return seen;
  };
  await expect.poll(see, WAIT).toMatchObject([{ instance: 'store on h1' }]);
  for (const { addresses, port } of seen) {
    for (const address of addresses) expect(address).toMatch(/^10\.99\.0\.1$|^fe80::/);
    expect(await h2.read('redis-cli', ['-h', h1.ip, '-p', `${port}`, 'PING'])).toBe('PONG\n');
  }

  // In a container it is heard of through the agent's socket, or by multicast on the bridge at the address that the host has there.
  const gateway = await daemon.docker('network', 'inspect', '--format', '{{(index .IPAM.Config 0).Gateway}}', 'apps');
  const look = ['run', '--rm', '--network', 'apps', ...LOCKED_DOWN, AMBASSADOR_IMAGE, 'list', 'redis', '--json'];
  const hear = async (): Promise<readonly string[]> => {
    const heard: readonly Seen[] = JSON.parse(await daemon.docker(...look));
    return heard.flatMap(({ addresses }) => addresses.filter((address) => !address.includes(':')));
  };
  await expect.poll(hear, WAIT).toEqual([gateway]);
  expect((await agent.stop('SIGTERM', WAIT)).code).toBe(0);
}

async function startRedis(host: Host, port: number): Promise<HostProcess> {
  const flags = ['--port', `${port}`, '--bind', '0.0.0.0', '--protected-mode', 'no', '--save', '', '--dir', '/run'];
  const redis = host.spawn('redis-server', flags);
  await redis.line(/Ready to accept connections/, WAIT);
  return redis;
}

async function awaitHealthy(daemon: DockerDaemon, name: string): Promise<void> {
  const health = (): Promise<string> => daemon.docker('inspect', '--format', '{{.State.Health.Status}}', name);
  await expect.poll(health, WAIT).toBe('healthy');
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
