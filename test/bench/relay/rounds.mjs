/** What the benches of this folder have in common: ways through which the same loads go in turn, again and again. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg, release } from 'node:os';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { readCpuSeconds, readMemoryMib } from './process-usage.mjs';

const LOAD = fileURLToPath(new URL('load.mjs', import.meta.url));
const LOAD_SOURCE = fileURLToPath(new URL('load.c', import.meta.url));
/** What `load.c` is for; `load.mjs` for the rest. */
const QUICK_KINDS = ['requests', 'connections', 'bulk'];
const LOAD_TIMEOUT_MS = 120_000;
const SETTLE_MS = 2_000;

/**
 * @typedef {import('@mdns-ambassador/testkit').Host} Host
 *
 * @typedef {object} Load
 * @property {readonly (string | number)[]} args Of `load.c` or `load.mjs`, without the port.
 * @property {number} operations How many it is.
 * @property {boolean} [toSink]
 * @property {readonly string[]} [only] Ways that it is for; all unless said.
 *
 * @typedef {object} Way
 * @property {string} name
 * @property {number} service
 * @property {number} sink
 * @property {string} [address] Where they are; on this host unless said.
 * @property {readonly number[]} pids What its processor time is of.
 *
 * @typedef {object} Run
 * @property {string} way
 * @property {string} load
 * @property {number} round
 * @property {number} rate Operations a second.
 * @property {number} cpu Processor seconds of an operation.
 * @property {number} [p50]
 * @property {number} [p99]
 */

/**
 * Every load through every way, `rounds` times; one more round before that only warms them up.
 *
 * @param {Host} host
 * @param {readonly Way[]} ways
 * @param {Readonly<Record<string, Load>>} loads
 * @param {number} rounds
 * @param {string} folder For what is compiled.
 * @returns {Promise<readonly Run[]>}
 */
export async function runRounds(host, ways, loads, rounds, folder) {
  const runs = [];
  const quickLoad = `${folder}/load`;
  execFileSync('gcc', ['-O2', '-o', quickLoad, LOAD_SOURCE], { stdio: 'inherit' });
  for (let round = 0; round <= rounds; round++) {
    for (const way of ways) {
      for (const [load, { args, toSink, operations, only }] of Object.entries(loads)) {
        if (only?.includes(way.name) === false) continue;
        const cpuBefore = cpuOf(way.pids);
        const [kind, ...counts] = args;
        const port = toSink ? way.sink : way.service;
        const [program, ...before] = QUICK_KINDS.includes(`${kind}`) ? [quickLoad] : [process.execPath, LOAD];
        const words = [`LOAD_ADDRESS=${way.address ?? '127.0.0.1'}`, program ?? '', ...before];
        const said = await host.read('env', [...words, `${kind}`, `${port}`, ...counts.map(String)], {
          timeout: LOAD_TIMEOUT_MS,
        });
        const cpu = cpuOf(way.pids) - cpuBefore;
        const { seconds, p50, p99 } = JSON.parse(said);
        console.error(way.name, load, seconds.toFixed(2), cpu.toFixed(2));
        if (round > 0) {
          runs.push({ way: way.name, load, round, rate: operations / seconds, cpu: cpu / operations, p50, p99 });
        }
      }
    }
    console.error(`round ${round} of ${rounds}`);
  }
  return runs;
}

/**
 * What each of these processes holds more, in MiB, `afterMs` after all of the load's connections are there.
 *
 * @param {Host} host
 * @param {'idle' | 'slow'} kind
 * @param {number} port
 * @param {readonly number[]} pids
 * @param {number} count
 */
export async function measureHeld(host, kind, port, pids, count, afterMs = SETTLE_MS) {
  const before = pids.map(readMemoryMib);
  const load = host.spawn(process.execPath, [LOAD, kind, `${port}`, `${count}`]);
  await load.line(/^ready/, { timeout: LOAD_TIMEOUT_MS });
  await setTimeout(afterMs);
  const grown = pids.map((pid, index) => readMemoryMib(pid) - (before[index] ?? 0));
  load.stdin.end();
  await load.exited;
  return grown;
}

/**
 * @param {Host} host
 * @param {readonly number[]} ports
 */
export async function untilListening(host, ...ports) {
  for (const port of ports) {
    const look = `until ss -Hltn "sport = :${port}" | grep -q .; do sleep 0.05; done`;
    await host.read('timeout', ['15', 'sh', '-c', look]);
  }
}

/** The load of the machine, and what it is; to be called before the work. */
export function describeMachine() {
  return `Linux ${release()},\n${cpus().length} x ${cpus()[0]?.model}, load ${loadavg()[0]?.toFixed(1)} at the start`;
}

/**
 * @param {readonly Run[]} runs
 * @param {string} way
 * @param {string} load
 * @param {'rate' | 'cpu' | 'p50' | 'p99'} key
 */
export function readMedian(runs, way, load, key) {
  return medianOf(runs.filter((run) => run.way === way && run.load === load).map((run) => run[key]));
}

/** @param {readonly number[]} values */
export function medianOf(values) {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/**
 * Round by round, for what the machine does besides is the same for both: the median of the ratios, the least and the most. As good as `base`
 * is 1, better is more.
 *
 * @param {readonly Run[]} runs
 * @param {string} way
 * @param {string} base
 * @param {string} load
 * @param {'rate' | 'cpu' | 'p50' | 'p99'} key
 */
export function describeRatios(runs, way, base, load, key = 'rate') {
  if (way === base) return '1.00';
  const of = (name) => runs.filter((run) => run.way === name && run.load === load);
  const ratios = of(way).map((run) => {
    const measure = of(base).find(({ round }) => round === run.round)?.[key] ?? Number.NaN;
    return key === 'rate' ? run.rate / measure : measure / (run[key] ?? Number.NaN);
  });
  return `${medianOf(ratios).toFixed(2)}, ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
}

/** @param {readonly number[]} pids */
function cpuOf(pids) {
  return pids.reduce((sum, pid) => sum + readCpuSeconds(pid), 0);
}

/** What is missing to run these benches, for people; undefined when nothing is. */
export function findMissingCompiler() {
  try {
    execFileSync('gcc', ['--version'], { stdio: 'ignore' });
    return undefined;
  } catch {
    return 'this bench compiles test/bench/relay/load.c, and there is no gcc: install the package gcc, with libc6-dev';
  }
}
