/**
 * What two workers (`proxy --workers 2`) carry beside one process, on the same machine: each round runs every load through each in turn. One
 * process is there twice: what the two differ by is noise. Prints the medians of the ratios, with their range, as README.md has them.
 *
 *     npm run bench:workers [-- ROUNDS]
 */
import { fileURLToPath } from 'node:url';
import { SERVICE_PORT, SINK_PORT, startEnds } from './relay/ends.mjs';
import { firstLine } from './relay/peers.mjs';
import { readMemoryMib } from './relay/process-usage.mjs';
import { describeRatios, readMedian, runRounds, untilListening } from './relay/rounds.mjs';
import { runBench } from './relay/run-bench.mjs';

const [rounds = '7'] = process.argv.slice(2);
const ROUNDS = Number(rounds);
const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const FIRST_PORT = 7100;
const GIGABYTE = 1_000_000_000;
const ONE = 'one process';

const WAYS = { [ONE]: 1, 'one process again': 1, 'two workers': 2 };
const LOADS = {
  download: { args: ['download', 2 * GIGABYTE], operations: 2 },
  requests1: { args: ['requests', 6_000, 1], operations: 6_000 },
  requests32: { args: ['requests', 30_000, 32], operations: 30_000 },
  connections: { args: ['connections', 6_000, 32], operations: 6_000 },
};
const TITLES = {
  download: 'download, one stream, GB/s',
  requests1: 'requests/s, kept, c=1',
  requests32: 'requests/s, kept, c=32',
  connections: 'new connections/s, c=32',
};

await runBench({}, async ({ host, folder, machine }) => {
  await startEnds(host, folder);
  const ways = [];
  for (const [name, workers] of Object.entries(WAYS)) {
    const port = FIRST_PORT + ways.length;
    const pid = await carry(host, port, workers);
    // Its workers are counted with it.
    ways.push({ name, service: port, sink: SINK_PORT, pids: [pid] });
  }
  const runs = await runRounds(host, ways, LOADS, ROUNDS, folder);
  print(ways, runs, machine);
});

/**
 * The process that is started, and starts the others.
 *
 * @param {import('@mdns-ambassador/testkit').Host} host
 * @param {number} port
 * @param {number} workers
 */
async function carry(host, port, workers) {
  const words = ['proxy', 'bench', '--from', `static:127.0.0.1:${SERVICE_PORT}`, '--listen', `127.0.0.1:${port}`];
  const { pid } = host.spawn(process.execPath, [AMBASSADOR, ...words, '--workers', `${workers}`]);
  await untilListening(host, port);
  return pid;
}

function print(ways, runs, machine) {
  const version = firstLine('git', ['rev-parse', '--short', 'HEAD']);
  console.log(`${new Date().toISOString().slice(0, 10)}, ambassador ${version}, Node ${process.version}, ${machine};`);
  console.log(
    `medians of ${ROUNDS} rounds; in brackets the median of the rounds' ratios to one process, and their range\n`,
  );
  const names = ways.map(({ name }) => name);
  console.log(`| what | ${names.join(' | ')} |`);
  console.log(`| --- |${names.map(() => ' --- |').join('')}`);
  for (const [load, title] of Object.entries(TITLES)) {
    const cells = names.map((name) => {
      const digits = load === 'download' ? 2 : 0;
      return `${readMedian(runs, name, load, 'rate').toFixed(digits)} (${describeRatios(runs, name, ONE, load)})`;
    });
    console.log(`| ${title} | ${cells.join(' | ')} |`);
  }
  const cpu = (name) => (readMedian(runs, name, 'connections', 'cpu') * 1e6).toFixed(0);
  console.log(`| processor: µs per connection | ${names.map(cpu).join(' | ')} |`);
  const memory = ({ pids: [pid] }) => readMemoryMib(pid).toFixed(0);
  console.log(`| memory after all that, MiB | ${ways.map(memory).join(' | ')} |`);
}
