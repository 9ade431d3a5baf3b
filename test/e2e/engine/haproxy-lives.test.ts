import type { Host } from '@mdns-ambassador/testkit';
import { expect } from 'vitest';
import { proxy, runAmbassador, runProgram, spawnAmbassador, spawnProgram, startProgram } from '../../ambassador.ts';
import { findHaproxy } from '../../find-haproxy.ts';
import { labTest } from '../../lab-test.ts';
import { Load } from '../../load.ts';
import { ADMIN_ADDRESS, askAdmin } from '../admin/admin-client.ts';

/** What becomes of haproxy's processes, and of ambassador's, while the other goes on. */
const ENGINE = ['--engine', 'haproxy'];
const LOAD = { concurrency: 4, pauseMs: 1 };
/** Every host of the lab has a /run of its own. */
const LIST = '/run/thing.yaml';
const SOCKET = '/run/admin.sock';
const OWN_HAPROXY = `global
  stats socket unix@${SOCKET} mode 600 level admin
defaults
  mode tcp
  timeout connect 1s
  timeout client 1h
  timeout server 1h
frontend front
  bind 127.0.0.1:7000
  default_backend thing
backend thing
  balance roundrobin
  option redispatch 1
  retries 3
`;

await labTest(
  'engine haproxy: one that is told to finish is replaced at once, and what it carries goes on',
  { hosts: 1, needs: ['haproxy'] },
  async (lan) => {
    const h1 = lan.host(1);
    await startServices(h1, 1);
    const proxying = await proxy(h1, 'thing:7000', '--from', `file:${LIST}`, ...ENGINE);
    await proxying.line(/127\.0\.0\.1:7001/);
    const kept = await startKept(h1);
    const load = await Load.start(h1, LOAD);
    await load.moreAnswers(1);
    const [before = ''] = await findHaproxy(h1);
    await h1.read('kill', ['-USR1', before]);
    await proxying.line(/another takes its place/);
    await load.moreAnswers(2);
    expect((await load.finish()).failures).toEqual([]);
    const both = await findHaproxy(h1);
    expect(both).toHaveLength(2);
    expect(both).toContain(before);

    kept.stdin.end();
    await kept.line(/^done/);
    expect(kept.stdout).not.toMatch(/^s1 /m);
    expect(await proxying.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
    expect(await findHaproxy(h1)).toEqual([]);
  },
);

await labTest(
  'engine haproxy: one that stands still is replaced, and what it carries goes on when it does',
  { hosts: 1, needs: ['haproxy'] },
  async (lan) => {
    const h1 = lan.host(1);
    await startServices(h1, 1);
    const proxying = await proxy(h1, 'thing:7000', '--from', `file:${LIST}`, '--drain-timeout', '1m', ...ENGINE);
    await proxying.line(/127\.0\.0\.1:7001/);
    const kept = await startKept(h1);
    const [still = ''] = await findHaproxy(h1);
    await h1.read('kill', ['-STOP', still]);
    await proxying.line(/has not answered for 6 s, and another takes its place/);
    expect(await runProgram(h1, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 's1\n' });
    await h1.read('kill', ['-CONT', still]);
    expect(await runProgram(h1, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 's1\n' });
    kept.stdin.end();
    await kept.line(/^done/);
    expect(kept.stdout).not.toMatch(/^s1 /m);
    await h1.until(`! kill -0 ${still} 2>/dev/null`);
  },
);

await labTest(
  'engine haproxy: when ambassador is killed, haproxy listens no more and finishes what it carries',
  { hosts: 1, needs: ['haproxy'] },
  async (lan) => {
    const h1 = lan.host(1);
    await startServices(h1, 1);
    const arguments_ = ['thing:7000', '--from', `file:${LIST}`, '--drain-timeout', '3s', ...ENGINE];
    const killed = await proxy(h1, ...arguments_);
    await killed.line(/127\.0\.0\.1:7001/);
    const kept = await startKept(h1);
    await killed.stop('SIGKILL');
    await h1.until('! ss -Hltn "sport = :7000" | grep -q .');
    expect(kept.stdout).not.toMatch(/^s1 /m);

    const next = await proxy(h1, ...arguments_);
    await next.line(/127\.0\.0\.1:7001/);
    expect(await runProgram(h1, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ answer: 's1\n' });
    // Nobody waits for longer than connections may take to finish.
    await kept.line(/^s1 /);
    await expect.poll(() => findHaproxy(h1)).toHaveLength(1);
  },
);

await labTest(
  'engine haproxy: the status counts what it carries, and connections of an endpoint that left are ended if asked for',
  { hosts: 1, needs: ['haproxy', 'curl'] },
  async (lan) => {
    const h1 = lan.host(1);
    await startServices(h1, 2);
    const flags = ['--on-endpoint-lost', 'close', '--balance', 'round-robin', '--admin', ADMIN_ADDRESS];
    const proxying = await proxy(h1, 'thing:7000', '--from', `file:${LIST}`, ...flags, ...ENGINE);
    await proxying.line(/127\.0\.0\.1:7002/);
    const staying = await startProgram(h1, 'stay', '127.0.0.1', '7000', '4');
    const readService = async (): Promise<unknown> => JSON.parse((await askAdmin(h1, '/v1/status')).body).services[0];
    await expect.poll(readService).toMatchObject({
      engine: 'haproxy',
      connections: { active: 4, accepted: 4, failed: 0 },
      endpoints: [
        { active: 2, total: 2 },
        { active: 2, total: 2 },
      ],
    });
    await writeList(h1, [7002]);
    for (let connection = 0; connection < 2; connection++) await staying.line(/^s1 /);
    await proxying.line(/2 connections reset/);
    expect(staying.stdout).not.toMatch(/^s2 /m);
  },
);

await labTest(
  "engine haproxy: fills a backend of somebody else's, which keeps its servers without us, and gets them again after a restart",
  { hosts: 1, needs: ['haproxy'] },
  async (lan) => {
    const h1 = lan.host(1);
    await startServices(h1, 2);
    await h1.read('tee', ['/run/haproxy.cfg'], { input: OWN_HAPROXY });
    const startHaproxy = async () => {
      const started = h1.spawn('/usr/sbin/haproxy', ['-db', '-f', '/run/haproxy.cfg']);
      await h1.until('ss -Hltn "sport = :7000" | grep -q .');
      return started;
    };
    const first = await startHaproxy();
    const arguments_ = ['proxy', 'thing', '--from', `file:${LIST}`, '--haproxy-socket', SOCKET, ...ENGINE];
    const driving = spawnAmbassador(h1, arguments_);
    await driving.line(/filling the backend/);
    await untilServers(h1, 2);
    const load = await Load.start(h1, LOAD);
    await load.moreAnswers(1);
    await writeList(h1, [7002]);
    await untilServers(h1, 1);
    await load.moreAnswers(1);
    await writeList(h1, [7001, 7002]);
    await untilServers(h1, 2);
    await load.moreAnswers(1);
    const tally = await load.finish();
    expect(tally.failures).toEqual([]);
    expect(Object.keys(tally.by).sort()).toEqual(['s1', 's2']);

    await first.stop('SIGKILL');
    await startHaproxy();
    await untilServers(h1, 2);
    expect(await driving.stop('SIGTERM')).toEqual({ code: 0, signal: undefined });
    expect(await runProgram(h1, 'ask', ['127.0.0.1', '7000', 'who'])).toMatchObject({ end: 'end' });

    // Who comes back finds its servers, and takes out what is no more.
    await writeList(h1, [7002]);
    const again = spawnAmbassador(h1, arguments_);
    await untilServers(h1, 1);
    await again.stop('SIGTERM');
    const { code, stderr } = await runAmbassador(h1, ['proxy', 'other', ...arguments_.slice(2)]);
    expect(code).toBe(69);
    expect(stderr).toMatch(/has no backend "other".*--haproxy-backend/);
  },
);

await labTest('engine haproxy without haproxy is one sentence that names the package', { hosts: 1 }, async (lan) => {
  const h1 = lan.host(1);
  // The host has file systems of its own; this hides the program.
  await h1.read('mount', ['-t', 'tmpfs', 'none', '/usr/sbin']);
  const { code, stderr } = await runAmbassador(h1, ['proxy', 'thing:7000', '--from', 'static:127.0.0.1:1', ...ENGINE]);
  expect(code).toBe(69);
  expect(stderr).toMatch(/^ambassador: .*install the package "haproxy".*\n$/m);
});

/** `s1` on port 7001 and the following. */
async function startServices(host: Host, count: number): Promise<void> {
  const ports = Array.from({ length: count }, (_, index) => 7001 + index);
  await Promise.all(ports.map((port) => startProgram(host, 'service', `${port}`, `s${port - 7000}`)));
  await writeList(host, ports);
}

async function writeList(host: Host, ports: readonly number[]): Promise<void> {
  const input = ports.map((port) => `- 127.0.0.1:${port}\n`).join('');
  await host.read('sh', ['-c', `cat > ${LIST}.new && mv ${LIST}.new ${LIST}`], { input });
}

async function startKept(host: Host) {
  const kept = spawnProgram(host, 'stay', '127.0.0.1', '7000', '1', '50');
  await kept.line(/^ready/);
  return kept;
}

/** Until haproxy has so many servers of ours, ready for clients. */
async function untilServers(host: Host, count: number): Promise<void> {
  const ask = `const socket = require('node:net').connect('${SOCKET}'); socket.on('error', () => {}).write('show stat\\n'); socket.pipe(process.stdout)`;
  await host.until(`[ "$(${process.execPath} -e "${ask}" | grep -c '^thing,ambassador\\..*,UP')" = ${count} ]`);
}
