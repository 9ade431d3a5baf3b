/**
 * What clients notice when one of three backends breaks under load: a host with the proxy and a loader, three with a service
 * and an announcer each. Prints the table that stands in README.md.
 *
 *     npm run bench:failover
 */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Lab } from '@mdns-ambassador/testkit';

const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('../programs/', import.meta.url));
const BACKENDS = [1, 2, 3];
const CONCURRENCY = 16;
const BEFORE_MS = 3_000;
const AFTER_MS = 6_000;
const STOP_TIMEOUT_MS = 30_000;
const CHECK_INTERVAL = '500ms';
/** Asks the service a question, so that one that is stopped fails although its kernel accepts; starts fast on a busy machine. */
const CHECK = `exec:bash -c 'exec 3<>/dev/tcp/127.0.0.1/7000 && echo who >&3 && read -r answer <&3'`;

const FAULTS = [
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

const reason = await Lab.unavailable();
if (reason !== undefined) {
  console.error(reason);
  process.exit(69);
}

const loadBefore = loadavg()[0]?.toFixed(1);
const rows = [];
for (const fault of FAULTS) {
  rows.push(await measure(fault));
  console.error(rows.at(-1)?.join(' | '));
}
const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
console.log(`${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, Linux ${release()},`);
console.log(`${cpus().length} x ${cpus()[0]?.model}, load ${loadBefore} at the start; \`npm run bench:failover\`\n`);
console.log(
  '| what breaks | new connections/s | failed of those begun after | latest of them | worst answered | cut under way |',
);
console.log('|---|---|---|---|---|---|');
for (const row of rows) console.log(`| ${row.join(' | ')} |`);

/** @param {(typeof FAULTS)[number]} fault */
async function measure({ title, announce, strike }) {
  const lan = await Lab.create({ hosts: BACKENDS.length + 1 });
  try {
    const backends = [];
    for (const number of BACKENDS) {
      const host = lan.host(number);
      const service = host.spawn(process.execPath, [`${PROGRAMS}service.mjs`, '7000', host.name]);
      await service.line(/^ready/);
      const announcer = host.spawn(process.execPath, [AMBASSADOR, 'announce', 'thing:7000', ...announce]);
      await announcer.line(/announced/i);
      backends.push({ service, announcer });
    }
    const client = lan.host(BACKENDS.length + 1);
    const proxying = [AMBASSADOR, 'proxy', 'thing:7000', '--on-endpoint-lost', 'close'];
    await client
      .spawn(process.execPath, proxying)
      .until((said) => BACKENDS.every((number) => said.includes(`thing on h${number}`)));
    const load = client.spawn(process.execPath, [`${PROGRAMS}load.mjs`, '127.0.0.1', '7000', `${CONCURRENCY}`]);
    await load.line(/^ready/);
    await setTimeout(BEFORE_MS);
    // Otherwise there is nothing to break: a check that was too slow for this machine has withdrawn it.
    await load.line(/last by h1$/);
    await strike(lan, backends[0]);
    const brokenAt = Date.now();
    await setTimeout(AFTER_MS);
    load.stdin.end();
    const [json] = await load.line(/^\{.*\}$/, { timeout: STOP_TIMEOUT_MS });
    const { answered, failures, worstMs, seconds } = JSON.parse(json);
    const after = failures.filter(({ begunAt }) => begunAt > brokenAt).map(({ begunAt }) => begunAt - brokenAt);
    const latest = after.length === 0 ? '' : `${Math.max(...after)} ms after`;
    const rate = Math.round(answered / seconds);
    return [title, `${rate}`, `${after.length}`, latest, `${worstMs} ms`, `${failures.length - after.length}`];
  } finally {
    await lan.close();
  }
}
