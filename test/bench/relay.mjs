/**
 * What the proxy costs beside haproxy, nginx and socat, and beside no proxy. Each round runs every load through each of them
 * in turn; the medians of the rounds are printed as the table that stands in README.md.
 *
 *     npm run bench:relay [-- ROUNDS [OTHER...]]
 *
 * OTHER: another program `node` to run ambassador on as well, or another `ambassador.js`, of a tree that is built.
 */
import { setTimeout } from 'node:timers/promises';
import { SERVICE_PORT, SINK_PORT, startEnds } from './relay/ends.mjs';
import { listPeers } from './relay/peers.mjs';
import { readMemoryMib } from './relay/process-usage.mjs';
import { describeRatios, measureHeld, readMedian, runRounds, untilListening } from './relay/rounds.mjs';
import { runBench } from './relay/run-bench.mjs';

const [rounds = '5', ...others] = process.argv.slice(2);
const ROUNDS = Number(rounds);
const PEERS = listPeers(others);
const FIRST_PORT = 7100;
const GIGABYTE = 1_000_000_000;
const SETTLE_MS = 2_000;
const FIREHOSE_MS = 5_000;
const IDLE = 1_000;
const SLOW = 50;

const LOADS = {
  download: { args: ['download', 2 * GIGABYTE], operations: 2 },
  upload: { args: ['upload', 2 * GIGABYTE], operations: 2, toSink: true },
  requests1: { args: ['requests', 8_000, 1], operations: 8_000 },
  requests32: { args: ['requests', 40_000, 32], operations: 40_000 },
  connections: { args: ['connections', 8_000, 32], operations: 8_000 },
};

let nextPort = FIRST_PORT;

await runBench({}, async (bench) => {
  const { host, folder, machine } = bench;
  await startEnds(host, folder);

  const held = [];
  for (const peer of PEERS) {
    held.push(await measureMemory(bench, peer));
    console.error(held.at(-1));
  }

  const ways = [{ name: 'direct', service: SERVICE_PORT, sink: SINK_PORT, pids: [] }];
  for (const peer of PEERS) {
    const [service, sink] = [await carry(bench, peer, SERVICE_PORT), await carry(bench, peer, SINK_PORT)];
    ways.push({ name: peer.name, service: service.port, sink: sink.port, pids: [service.pid, sink.pid] });
  }
  const runs = await runRounds(host, ways, LOADS, ROUNDS, folder);
  print(ways, runs, held, machine);
});

/**
 * @param {import('./relay/run-bench.mjs').Bench} bench
 * @param {import('./relay/peers.mjs').Peer} peer
 * @param {number} to
 */
async function carry({ host, folder }, peer, to) {
  const port = nextPort;
  nextPort += 1;
  const [command = '', ...args] = peer.command(port, to, folder);
  const process = host.spawn(command, args);
  await untilListening(host, port);
  return { port, pid: process.pid, process };
}

/**
 * By a process of its own: what it holds more with idle connections, and with slow readers of a stream without end.
 *
 * @param {import('./relay/run-bench.mjs').Bench} bench
 * @param {import('./relay/peers.mjs').Peer} peer
 */
async function measureMemory(bench, peer) {
  const { host } = bench;
  const { port, pid, process } = await carry(bench, peer, SERVICE_PORT);
  await setTimeout(SETTLE_MS);
  const empty = readMemoryMib(pid);
  const [idle = 0] = await measureHeld(host, 'idle', port, [pid], IDLE);
  process.kill();
  await process.exited;

  const fresh = await carry(bench, peer, SERVICE_PORT);
  await setTimeout(SETTLE_MS);
  const [slow = 0] = await measureHeld(host, 'slow', fresh.port, [fresh.pid], SLOW, FIREHOSE_MS);
  fresh.process.kill();
  await fresh.process.exited;
  return { way: peer.name, empty, idlePerThousand: (idle * 1_000) / IDLE, slow };
}

function print(ways, runs, held, machine) {
  const versions = PEERS.map(({ name, version }) => `${name} ${version()}`).join(', ');
  console.log(`${new Date().toISOString().slice(0, 10)}, ${versions}, ${machine};`);
  console.log(`medians of ${ROUNDS} rounds; \`${readCommand()}\`\n`);
  const names = ways.map(({ name }) => name);
  const median = (way, load, key) => readMedian(runs, way, load, key);
  const row = (title, show) => console.log(`| ${title} | ${names.map(show).join(' | ')} |`);
  const rate = (load, unit, digits) => (name) => {
    const value = median(name, load, 'rate');
    return `${value.toFixed(digits)} ${unit} (${describeRatios(runs, name, 'haproxy', load)})`;
  };
  const cpu = (load, factor, digits) => (name) => {
    if (name === 'direct') return '';
    const value = median(name, load, 'cpu');
    return `${(value * factor).toFixed(digits)} (${describeRatios(runs, name, 'haproxy', load, 'cpu')})`;
  };
  const added = (load, key) => (name) =>
    `${((median(name, load, key) - (name === 'direct' ? 0 : median('direct', load, key))) * 1_000).toFixed(0)} µs`;
  const memory = (key) => (name) => held.find(({ way }) => way === name)?.[key].toFixed(1) ?? '';

  console.log(
    `| what (in brackets: median of the rounds' ratios to haproxy, the least and the most; better is more) | ${names.join(' | ')} |`,
  );
  console.log(`|---|${names.map(() => '---').join('|')}|`);
  row('download, one stream', rate('download', 'GB/s', 2));
  row('upload, one stream', rate('upload', 'GB/s', 2));
  row('requests/s, kept, c=1', rate('requests1', '/s', 0));
  row('requests/s, kept, c=32', rate('requests32', '/s', 0));
  row('new connections/s, c=32', rate('connections', '/s', 0));
  row('latency p50, c=1 (direct: whole; others: added)', added('requests1', 'p50'));
  row('latency p99, c=1 (direct: whole; others: added)', added('requests1', 'p99'));
  row('processor: ms per GB down', cpu('download', 1e3, 0));
  row('processor: ms per GB up', cpu('upload', 1e3, 0));
  row('processor: s per GB, both ways', (name) => {
    if (name === 'direct') return '';
    return (median(name, 'download', 'cpu') + median(name, 'upload', 'cpu')).toFixed(2);
  });
  row('processor: µs per request, c=1', cpu('requests1', 1e6, 1));
  row('processor: µs per request, c=32', cpu('requests32', 1e6, 1));
  row('processor: µs per connection', cpu('connections', 1e6, 0));
  row('memory with nothing to do, MiB', memory('empty'));
  row('memory per 1,000 idle connections, MiB', memory('idlePerThousand'));
  row(`memory more with ${SLOW} slow readers, MiB`, memory('slow'));
}

function readCommand() {
  return [
    'npm run bench:relay',
    ...(process.argv[2] === undefined ? [] : ['--', rounds, ...others.map(() => 'OTHER')]),
  ].join(' ');
}
