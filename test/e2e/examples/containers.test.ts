import { fileURLToPath } from 'node:url';
import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { AMBASSADOR } from '../../ambassador.ts';
import { dockerTest } from '../../docker-test.ts';
import { labTest } from '../../lab-test.ts';
import { NameServer } from '../../name-server.ts';

const TIMEOUT_MS = 90_000;

async function runDemo(host: Host, name: string, env: Readonly<Record<string, string>> = {}): Promise<string> {
  const path = fileURLToPath(new URL(`../../../examples/${name}/demo.sh`, import.meta.url));
  return await host.read('sh', [path], { timeout: TIMEOUT_MS, env });
}

await dockerTest(
  'the examples hello and docker-labels show what they say, with docker-compose 1.29',
  ['docker-compose'],
  async (daemon) => {
    await daemon.buildImage();
    const env = { COMPOSE: '/usr/bin/docker-compose' };
    expect(await runDemo(daemon.host, 'hello', env)).toMatch(/^before: .*\nafter: greeting is hello, /);
    const labels = await runDemo(daemon.host, 'docker-labels', env);
    expect(labels).toMatch(
      /^before: nobody announces greeter\nafter three were started:\n(10\.99\.0\.1:\d+\n){3}after two were stopped:\n10\.99\.0\.1:\d+\n$/,
    );
  },
);

await dockerTest('the example swarm answers with an overlay and without', [], async (daemon) => {
  await daemon.buildImage();
  const said = await runDemo(daemon.host, 'swarm', { ADVERTISE: daemon.host.ip });
  expect(said).toMatch(/after, with network overlay: redis:6379 answers/);
  expect(said).toMatch(/after, with network host: 127\.0\.0\.1:6379 answers/);
});

await labTest(
  'the example ecs: the task definition has no fault, its command line runs on SRV records',
  { hosts: 2, needs: ['named', 'redis-server', 'redis-cli'] },
  async (lan) => {
    const [h1, h2] = [lan.host(1), lan.host(2)];
    const redis = h2.spawn('redis-server', [
      '--port',
      '7777',
      '--bind',
      '0.0.0.0',
      '--protected-mode',
      'no',
      '--save',
      '',
    ]);
    await redis.line(/Ready to accept/);
    const server = await NameServer.start(h2, ['_redis._tcp 2 SRV 0 10 7777 redis', `redis A ${h2.ip}`], {
      zone: 'shop.internal',
    });
    const env = { DNS_SERVER: server.address, AMBASSADOR: `${process.execPath} ${AMBASSADOR}` };
    expect(await runDemo(h1, 'ecs', env)).toMatch(
      /^shop: 2 containers, no fault\nbefore: .*refused.*\nafter: greeting is hello/,
    );
  },
);
