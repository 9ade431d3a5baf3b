/**
 * Four times as much as can be served: how much is served then, how long the served wait, what becomes of the others, and what memory does.
 * First what a pair can serve is measured (clients that wait for one another, as many at a time as they like), then new connections are
 * offered, without regard to what became of the former ones. Each in turn, on the loopback of one host.
 *
 *     npm run bench:overload [-- ROUNDS [TIMES]]
 */
import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SERVICE_PORT, SINK_PORT, startEnds } from './relay/ends.mjs';
import { describeVersions, makeCertificates, startAmbassadors, startHaproxies } from './relay/pairs.mjs';
import { readMemoryMib } from './relay/process-usage.mjs';
import { medianOf } from './relay/rounds.mjs';
import { runBench } from './relay/run-bench.mjs';

const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const sourceOf = (name) => fileURLToPath(new URL(`relay/${name}.c`, import.meta.url));
const ROUNDS = Number(process.argv[2] ?? 3);
const TIMES = Number(process.argv[3] ?? 4);
const OFFERED_SECONDS = 20;
/** A client that has no answer by then leaves. */
const PATIENCE_MS = 10_000;
const SETTLE_MS = 3_000;
const LOOK_AT_MEMORY_MS = 500;
const RUN_TIMEOUT_MS = 120_000;
/** Connections by which the capacity is measured, so many at a time. */
const PROBES = { plain: [4_000, 32], secure: [1_000, 8] };

await runBench({}, async (bench) => {
  const { host, folder, machine } = bench;
  for (const name of ['load', 'offer'])
    execFileSync('gcc', ['-O2', '-o', `${folder}/${name}`, sourceOf(name)], { stdio: 'inherit' });
  await startEnds(host, folder);
  makeCertificates(folder);
  const key = `${folder}/mesh.key`;
  await host.read(process.execPath, [AMBASSADOR, 'mesh', 'init', key]);
  const places = { host, folder, service: SERVICE_PORT, sink: SINK_PORT };
  const ways = [
    { ...(await startAmbassadors(places, 'ambassador, open', {})), probe: PROBES.plain },
    { ...(await startAmbassadors(places, 'ambassador, mesh', { key })), probe: PROBES.secure },
    { ...(await startHaproxies(places, 'haproxy, mTLS', { resumes: false })), probe: PROBES.secure },
  ];
  const runs = [];
  for (let round = 0; round < ROUNDS; round++) {
    for (const way of ways) {
      const run = await overload(bench, way);
      runs.push({ way: way.name, ...run });
      console.error(runs.at(-1));
    }
  }
  print(
    ways.map(({ name }) => name),
    runs,
    machine,
  );
});

/** One measurement of what a pair can serve, and of what it serves of several times as much. */
async function overload(bench, { service, client, server, probe }) {
  const [count, atOnce] = probe;
  const { seconds } = await run(bench, 'load', 'connections', service, count, atOnce);
  const capacity = count / seconds;
  const pids = [client.pid, server.pid];
  const before = pids.map(readMemoryMib);
  const most = [...before];
  const look = setInterval(() => {
    for (const [index, pid] of pids.entries()) most[index] = Math.max(most[index] ?? 0, readMemoryMib(pid));
  }, LOOK_AT_MEMORY_MS);
  const outcome = await run(bench, 'offer', service, Math.round(capacity * TIMES), OFFERED_SECONDS, PATIENCE_MS);
  clearInterval(look);
  await setTimeout(SETTLE_MS);
  const grown = most.map((mib, index) => mib - (before[index] ?? 0));
  return { capacity, ...outcome, share: outcome.servedRate / capacity, grownClient: grown[0], grownServer: grown[1] };
}

/** Runs a program beside the loop, which looks at memory meanwhile. */
async function run({ host, folder }, program, ...args) {
  const timeout = RUN_TIMEOUT_MS;
  return JSON.parse(await host.read(`${folder}/${program}`, args.map(String), { timeout }));
}

function print(names, runs, machine) {
  console.log(`${new Date().toISOString().slice(0, 10)}, ${describeVersions()}, ${machine};`);
  console.log(
    `medians of ${ROUNDS} rounds, ${TIMES} times what can be served for ${OFFERED_SECONDS} s, clients wait ${PATIENCE_MS / 1_000} s\n`,
  );
  const all = (name, key) => runs.filter(({ way }) => way === name).map((run) => run[key]);
  const row = (title, key, format) =>
    console.log(`| ${title} | ${names.map((name) => format(medianOf(all(name, key)), all(name, key))).join(' | ')} |`);
  console.log(`| what | ${names.join(' | ')} |`);
  console.log(`|---|${names.map(() => '---').join('|')}|`);
  row('new connections/s that can be served', 'capacity', (value) => `${value.toFixed(0)}`);
  row('offered a second', 'rate', (value) => `${value.toFixed(0)}`);
  row('served meanwhile, of what can be', 'share', (value, values) => {
    return `${value.toFixed(2)} (${Math.min(...values).toFixed(2)} to ${Math.max(...values).toFixed(2)})`;
  });
  row('served, of all offered', 'served', (value) => `${value.toFixed(0)}`);
  row('turned away', 'refused', (value) => `${value.toFixed(0)}`);
  row('left without an answer', 'late', (value) => `${value.toFixed(0)}`);
  row('the served waited: p50', 'p50', (value) => `${value.toFixed(0)} ms`);
  row('the served waited: p99', 'p99', (value) => `${value.toFixed(0)} ms`);
  row('who was turned away knew after: p50', 'refusedP50', (value) => `${value.toFixed(0)} ms`);
  row('who was turned away knew after: p99', 'refusedP99', (value) => `${value.toFixed(0)} ms`);
  row("memory more at the most, the client's side, MiB", 'grownClient', (value) => value.toFixed(0));
  row("memory more at the most, the service's side, MiB", 'grownServer', (value) => value.toFixed(0));
}
