/**
 * What clients notice when one of three backends breaks under load: a host with the proxy and a loader, three with a service
 * and an announcer each. Prints the table that stands in README.md. With --mesh all have a mesh key, and each fault is struck as often
 * as TIMES says.
 *
 *     npm run bench:failover [-- --mesh [TIMES]]
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, loadavg, release, tmpdir } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Lab } from '@mdns-ambassador/testkit';

const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('../programs/', import.meta.url));
const BACKENDS = [1, 2, 3];
const BEFORE_MS = 3_000;
const AFTER_MS = 6_000;
const STOP_TIMEOUT_MS = 30_000;
const CHECK_INTERVAL = '500ms';
/** Asks the service a question, so that one that is stopped fails although its kernel accepts; starts fast on a busy machine. */
const CHECK = `exec:bash -c 'exec 3<>/dev/tcp/127.0.0.1/7000 && echo who >&3 && read -r answer <&3'`;

const OPEN_FAULTS = [
  { title: 'nothing breaks', announce: [], strike: async () => {} },
  {
    title: 'kill -9 of one service',
    announce: [],
    strike: async (_, { service }) => {
      service.kill('SIGKILL');
      await service.exited;
    },
  },
  {
    title: 'kill -9 of one service and its announcer',
    announce: [],
    strike: async (_, { service, announcer }) => {
      service.kill('SIGKILL');
      announcer.kill('SIGKILL');
      await service.exited;
    },
  },
  {
    title: `SIGSTOP of one service, checked by its announcer each ${CHECK_INTERVAL}`,
    announce: ['--check', CHECK, '--check-interval', CHECK_INTERVAL],
    strike: async (_, { service }) => {
      service.kill('SIGSTOP');
    },
  },
  { title: 'the cable of one host is pulled', announce: [], strike: async (lan) => lan.unplug(lan.host(1)) },
];

const OF_ANNOUNCER = [];
/** Asks the service before each client. */
const OF_SERVICE = ['--check', 'redis'];
const MESH_FAULTS = [
  { title: 'nothing breaks', announce: OF_SERVICE, strike: async () => {} },
  ...['SIGKILL', 'SIGSTOP'].flatMap((signal) => [
    {
      title: `${signal} of one of three announcers`,
      announce: OF_ANNOUNCER,
      strike: async (_, { announcer }) => announcer.kill(signal),
    },
    {
      title: `${signal} of one of three services behind their announcers`,
      announce: OF_SERVICE,
      strike: async (_, { service }) => service.kill(signal),
    },
  ]),
];
const [mode, times = '3'] = process.argv.slice(2);
const isMesh = mode === '--mesh';
const FAULTS = isMesh ? MESH_FAULTS : OPEN_FAULTS;
const TIMES = isMesh ? Number(times) : 1;
/** Lines, and ms between two connections of one. Handshakes are work: more than two processors carry would show its own queue. */
const LOAD = isMesh ? ['8', '40'] : ['16'];
/** What took less is not listed by the load. */
const SLOW_MS = 100;

const reason = await Lab.unavailable();
if (reason !== undefined) {
  console.error(reason);
  process.exit(69);
}

const loadBefore = loadavg()[0]?.toFixed(1);
const folder = mkdtempSync(`${tmpdir()}/bench-`);
const found = FAULTS.map(() => []);
try {
  for (let time = 0; time < TIMES; time++) {
    for (const [index, fault] of FAULTS.entries()) {
      const tally = await measure(fault);
      found[index].push(tally);
      console.error(fault.title, JSON.stringify(tally));
    }
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
console.log(`${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, Linux ${release()},`);
console.log(
  `${cpus().length} x ${cpus()[0]?.model}, load ${loadBefore} at the start, each ${TIMES} times; \`${readCommand()}\`\n`,
);
const columns = ['what breaks', 'new connections/s', 'failed of those begun after', 'latest of them'];
console.log(`| ${[...columns, 'worst before', 'worst after', 'cut under way'].join(' | ')} |`);
console.log('|---|---|---|---|---|---|---|');
for (const [index, { title }] of FAULTS.entries()) console.log(`| ${[title, ...describe(found[index])].join(' | ')} |`);

/** All times together: the least rate, the sum of what failed, the worst. */
function describe(tallies) {
  const sum = (key) => tallies.reduce((total, tally) => total + tally[key], 0);
  const most = (key) => Math.max(...tallies.map((tally) => tally[key]));
  const latest = sum('failed') === 0 ? '' : `${most('latest')} ms after`;
  const worst = (key) => (most(key) <= SLOW_MS ? `at most ${SLOW_MS} ms` : `${most(key)} ms`);
  const rate = Math.min(...tallies.map((tally) => tally.rate));
  return [`${rate}`, `${sum('failed')}`, latest, worst('before'), worst('after'), `${sum('cut')}`];
}

function readCommand() {
  return `npm run bench:failover${isMesh ? ` -- --mesh ${TIMES}` : ''}`;
}

/** @param {(typeof FAULTS)[number]} fault */
async function measure({ announce, strike }) {
  const lan = await Lab.create({ hosts: BACKENDS.length + 1 });
  try {
    const secured = isMesh ? await initMesh(lan.host(1)) : [];
    const backends = [];
    for (const number of BACKENDS) {
      const host = lan.host(number);
      const service = host.spawn(process.execPath, [`${PROGRAMS}service.mjs`, '7000', host.name]);
      await service.line(/^ready/);
      const announcer = host.spawn(process.execPath, [AMBASSADOR, 'announce', 'thing:7000', ...announce, ...secured]);
      await announcer.line(/announced/i);
      backends.push({ service, announcer });
    }
    const client = lan.host(BACKENDS.length + 1);
    const proxying = [AMBASSADOR, 'proxy', 'thing:7000', '--on-endpoint-lost', 'close', ...secured];
    await client
      .spawn(process.execPath, proxying)
      .until((said) => BACKENDS.every((number) => said.includes(`thing on h${number}`)));
    const loading = [`${PROGRAMS}load.mjs`, '127.0.0.1', '7000', ...LOAD];
    const load = client.spawn(process.execPath, loading);
    await load.line(/^ready/);
    await setTimeout(BEFORE_MS);
    // Otherwise there is nothing to break: a check that was too slow for this machine has withdrawn it.
    await load.line(/ by h1$/);
    await strike(lan, backends[0]);
    const brokenAt = Date.now();
    await setTimeout(AFTER_MS);
    load.stdin.end();
    const [json] = await load.line(/^\{.*\}$/, { timeout: STOP_TIMEOUT_MS });
    const { answered, failures, slow, seconds } = JSON.parse(json);
    const after = failures.filter(({ begunAt }) => begunAt > brokenAt).map(({ begunAt }) => begunAt - brokenAt);
    const worst = (isCounted) => Math.max(0, ...slow.filter(isCounted).map(({ tookMs }) => tookMs));
    return {
      rate: Math.round(answered / seconds),
      failed: after.length,
      latest: Math.max(0, ...after),
      before: worst(({ begunAt, tookMs }) => begunAt + tookMs <= brokenAt),
      after: worst(({ begunAt, tookMs }) => begunAt + tookMs > brokenAt),
      cut: failures.length - after.length,
    };
  } finally {
    await lan.close();
  }
}

/** @param {import('@mdns-ambassador/testkit').Host} host */
async function initMesh(host) {
  const key = `${folder}/${Date.now()}.key`;
  await host.read(process.execPath, [AMBASSADOR, 'mesh', 'init', key]);
  return ['--mesh-key-file', key];
}
