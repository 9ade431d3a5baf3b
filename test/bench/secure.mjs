/**
 * What a mesh key costs: a proxy and an announcer with one, beside the same two without, beside a proxy in front of the same announcer
 * that has a connection for each client ("one each", as former versions have), beside the least that Node's own sockets can do, and beside
 * pairs of haproxy and of stunnel with client certificates. Each round runs every load through each of them in turn; the medians of the rounds are
 * printed as the table that stands in README.md.
 *
 *     npm run bench:secure [-- ROUNDS]
 */
import { execFileSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { SERVICE_PORT, SINK_PORT, startEnds } from './relay/ends.mjs';
import {
  describeVersions,
  makeCertificates,
  startAmbassadors,
  startHaproxies,
  startLeast,
  startStunnels,
} from './relay/pairs.mjs';
import { readMemoryMib } from './relay/process-usage.mjs';
import { describeRatios, measureHeld, readMedian, runRounds } from './relay/rounds.mjs';
import { runBench } from './relay/run-bench.mjs';

const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const ROUNDS = Number(process.argv[2] ?? 5);
const GIGABYTE = 1_000_000_000;
const IDLE = 1_000;
const PROGRAMS = ['haproxy', 'nginx', 'socat', 'stunnel4', 'openssl'];
/** Whom the others are compared with. */
const MEASURE = 'haproxy';
const [PLAIN, SECURE, EACH, RESUMING] = ['ambassador, open', 'ambassador', 'one each', 'haproxy, resuming'];
/** What the two differ by is noise. */
const AGAIN = 'haproxy again';
const LEAST = "Node's sockets alone";

/** The others differ from one of these in how connections begin, and in nothing else. */
const BULK_WAYS = [PLAIN, SECURE, EACH, LEAST, MEASURE, AGAIN, 'stunnel'];
const LOADS = {
  download: { args: ['download', GIGABYTE], operations: 1, only: BULK_WAYS },
  upload: { args: ['upload', GIGABYTE], operations: 1, toSink: true, only: BULK_WAYS },
  requests1: { args: ['requests', 4_000, 1], operations: 4_000, only: BULK_WAYS },
  requests32: { args: ['requests', 20_000, 32], operations: 20_000, only: BULK_WAYS },
  connections: { args: ['connections', 1_500, 8], operations: 1_500 },
  arrivals: { args: ['connections', 150, 1, 5], operations: 150 },
};

await runBench({ findMissing }, async ({ host, folder, machine }) => {
  await startEnds(host, folder);
  makeCertificates(folder);
  const key = `${folder}/mesh.key`;
  await host.read(process.execPath, [AMBASSADOR, 'mesh', 'init', key]);

  const places = { host, folder, service: SERVICE_PORT, sink: SINK_PORT };
  const secure = await startAmbassadors(places, SECURE, { key });
  const pairs = [
    await startAmbassadors(places, PLAIN, {}),
    secure,
    await startAmbassadors(places, EACH, { key, shares: false, server: secure.server }),
    await startLeast(places, LEAST),
    await startHaproxies(places, MEASURE, { resumes: false }),
    await startHaproxies(places, AGAIN, { resumes: false }),
    await startHaproxies(places, RESUMING, { resumes: true }),
    await startStunnels(places, 'stunnel'),
  ];
  const held = [];
  for (const { name, service, client, server } of pairs) {
    const pids = [client.pid, server.pid];
    const empty = pids.map(readMemoryMib);
    const idle = await measureHeld(host, 'idle', service, pids, IDLE);
    held.push({ way: name, empty, idle: idle.map((mib) => (mib * 1_000) / IDLE) });
    console.error(held.at(-1));
  }
  const ways = pairs.map(({ client, server, ...way }) => ({ ...way, pids: [client.pid, server.pid] }));
  print(await runRounds(host, ways, LOADS, ROUNDS, folder), held, machine);
});

/** Why there is nothing to compare with. */
function findMissing() {
  const missing = PROGRAMS.filter((program) => {
    try {
      execFileSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' });
      return false;
    } catch {
      return true;
    }
  });
  return missing.length === 0 ? undefined : `Not installed: ${missing.join(', ')} (Debian packages of these names)`;
}

function print(runs, held, machine) {
  const names = [PLAIN, SECURE, EACH, LEAST, MEASURE, AGAIN, RESUMING, 'stunnel'];
  console.log(`${new Date().toISOString().slice(0, 10)}, ${describeVersions()}, ${machine};`);
  console.log(
    `medians of ${ROUNDS} rounds; \`npm run bench:secure${process.argv[2] === undefined ? '' : ` -- ${ROUNDS}`}\`\n`,
  );
  const row = (title, show) => console.log(`| ${title} | ${names.map(show).join(' | ')} |`);
  const compare = (load, key, format) => (name) => {
    const value = readMedian(runs, name, load, key);
    return Number.isNaN(value) ? '' : `${format(value)} (${describeRatios(runs, name, MEASURE, load, key)})`;
  };
  const rate = (load, format) => compare(load, 'rate', format);
  const memory = (key, index) => (name) => held.find(({ way }) => way === name)?.[key][index].toFixed(1) ?? '';

  console.log(`| what (in brackets: as good as ${MEASURE} is 1, better is more) | ${names.join(' | ')} |`);
  console.log(`|---|${names.map(() => '---').join('|')}|`);
  row(
    'download, one stream',
    rate('download', (value) => `${(value * 1e3).toFixed(0)} MB/s`),
  );
  row(
    'upload, one stream',
    rate('upload', (value) => `${(value * 1e3).toFixed(0)} MB/s`),
  );
  row(
    'requests/s, kept, c=1',
    rate('requests1', (value) => `${value.toFixed(0)} /s`),
  );
  row(
    'requests/s, kept, c=32',
    rate('requests32', (value) => `${value.toFixed(0)} /s`),
  );
  row(
    'new connections/s, c=8',
    rate('connections', (value) => `${value.toFixed(0)} /s`),
  );
  row(
    'a new connection at a time, answered after: p50',
    compare('arrivals', 'p50', (value) => `${value.toFixed(2)} ms`),
  );
  row(
    'the same: p99',
    compare('arrivals', 'p99', (value) => `${value.toFixed(2)} ms`),
  );
  row(
    'processor: ms per GB down',
    compare('download', 'cpu', (value) => (value * 1e3).toFixed(0)),
  );
  row(
    'processor: ms per GB up',
    compare('upload', 'cpu', (value) => (value * 1e3).toFixed(0)),
  );
  row(
    'processor: µs per request, c=32',
    compare('requests32', 'cpu', (value) => (value * 1e6).toFixed(1)),
  );
  row(
    'processor: s per 10,000 connections',
    compare('connections', 'cpu', (value) => (value * 1e4).toFixed(2)),
  );
  row("memory with nothing to do, the client's side, MiB", memory('empty', 0));
  row("memory with nothing to do, the service's side, MiB", memory('empty', 1));
  row("memory per 1,000 idle connections, the client's side, MiB", memory('idle', 0));
  row("memory per 1,000 idle connections, the service's side, MiB", memory('idle', 1));
}
