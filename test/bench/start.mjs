/**
 * How long the command line takes to be of use, and what it holds while idle. Prints the table that stands in README.md.
 * One column for each way to start it, in turns; without a word the one that is published. Other versions are asked for completion as their own script asks.
 *
 *     npm run bench [-- PROGRAM...]
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { cpus, loadavg, release } from 'node:os';
import { resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Lab } from '@mdns-ambassador/testkit';

const RUNS = 15;
const IDLE_SECONDS = 10;
/** A responder does not multicast a record twice within a second (RFC 6762 6): a run right after another would wait for that. */
const QUIET_MS = 1_500;
/** When it was, and the processor time of the command alone. */
const FIRST_LINE =
  'const { user, system } = process.cpuUsage(); console.log(Date.now(), Math.round((user + system) / 1_000))';
/** The same of who has started it, in the hundredths of a second that Linux counts in. */
const SPAWNED = 'read -r stat </proc/$PPID/stat; set -- $stat; shift 13; echo $(date +%s%3N) $((10 * ($1 + $2)))';
/** Where it listens is relayed to: 15,000 above. */
const SLEEPER = "net.createServer((socket) => socket.once('data', () => socket.end('h1'))).listen(7001, '127.0.0.1')";
const SLEEPER_PORT = '22001';
const [, , ...given] = process.argv;
const WAYS =
  given.length > 0
    ? given.map((path) => resolve(path))
    : [fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url))];
const PROGRAMS = fileURLToPath(new URL('../programs/', import.meta.url));

const reason = await Lab.unavailable();
if (reason !== undefined) {
  console.error(reason);
  process.exit(69);
}

const loadBefore = loadavg()[0]?.toFixed(1);
const lan = await Lab.create({ hosts: 2 });
try {
  const [h1, h2] = [lan.host(1), lan.host(2)];
  const bare = await times([['-e', '0']], timeRun);
  const help = await times(ways('--help'), timeRun);
  const completion = await times(
    WAYS.map((way) => [way, ...askingWords(way), 'proxy', '--b']),
    timeRun,
  );

  const service = h1.spawn(process.execPath, [`${PROGRAMS}service.mjs`, '7000', 'h1']);
  await service.line(/^ready/);
  const announcing = h1.spawn(process.execPath, [WAYS[0], 'announce', 'thing:7000']);
  await announcing.line(/announced/i);
  const server = "net.createServer((socket) => socket.write('h2')).listen(7000)";
  const local = await times([['-e', server]], (args) => timeFirstByte(h2, args));
  const firstByte = await times(ways('proxy', 'thing:7000'), (args) => timeFirstByte(h2, args));

  const sleeping = [
    'announce',
    'sleeper:7001',
    '--on-demand',
    '--idle',
    '100ms',
    '--',
    process.execPath,
    '-e',
    SLEEPER,
  ];
  await h1.spawn(process.execPath, [WAYS[0], ...sleeping]).line(/announced/i);
  const woken = [];
  for (let run = 0; run < RUNS; run++) {
    const [own = 0] = await timeFirstByte(h2, ['-e', server]);
    const answer = await h2.read(process.execPath, [`${PROGRAMS}ask.mjs`, h1.ip, SLEEPER_PORT, 'who']);
    woken.push(JSON.parse(answer).answeredAfterMs - own);
  }

  const alone = await times([['-e', FIRST_LINE]], (args) => timeFirstLine(h2, args));
  const ran = await times(ways('run', 'thing', '--', process.execPath, '-e', FIRST_LINE), (args) =>
    timeFirstLine(h2, args),
  );

  const known = ['--from', `static:${h1.ip}:7000`];
  const above = await times(ways('run', 'thing', ...known, '--', 'sh', '-c', SPAWNED), (args) =>
    timeAboveNode(h2, args),
  );

  const proxying = h2.spawn(process.execPath, [WAYS[0], 'proxy', 'thing:7000']);
  await proxying.line(/thing on h1/);
  await h2.read('sleep', [`${IDLE_SECONDS}`], { timeout: 2 * IDLE_SECONDS * 1_000 });
  print([
    ['`node -e 0`', ...bare],
    ['`ambassador --help`', ...help],
    ['completion of an option of `proxy`', ...completion],
    ['a TCP server of Node alone: start to first byte', ...local],
    ['`ambassador proxy thing:7000`: start to first proxied byte', ...firstByte],
    ['`announce --on-demand`: first byte for who wakes it, above the start of its command', describe(woken)],
    ['a command of Node: start to its first line', ...alone],
    ['`ambassador run thing -- COMMAND`: start to the first line of the command', ...ran],
    ['the same `--from static:`: start to when the command runs, above Node alone', ...above],
    [`memory (RSS) of \`announce\`, idle for ${IDLE_SECONDS} s at least`, await readMemory(h1, announcing)],
    [`memory (RSS) of \`proxy\`, idle for ${IDLE_SECONDS} s`, await readMemory(h2, proxying)],
  ]);
} finally {
  await lan.close();
}

/**
 * What the script of a version for bash says before the words that are there.
 *
 * @param {string} way
 */
function askingWords(way) {
  const script = execFileSync(process.execPath, [way, 'completion', 'bash'], { encoding: 'utf8' });
  const [, asking] = /ambassador ((?:[a-z_]+ )+)"\$\{COMP_WORDS/.exec(script) ?? [];
  if (asking === undefined) throw new Error(`${way}: its script for bash does not say how it asks`);
  return asking.trim().split(' ');
}

/** @param {readonly string[]} args */
function ways(...args) {
  return WAYS.map((way) => [way, ...args]);
}

/**
 * Each of the starts in turn, again and again; `measure` gives the milliseconds until it is done, and those of processor time.
 *
 * @param {readonly (readonly string[])[]} starts
 * @param {(args: readonly string[]) => Promise<readonly number[]>} measure
 */
async function times(starts, measure) {
  const found = starts.map(() => []);
  for (let run = 0; run < RUNS; run++) {
    for (const [index, args] of starts.entries()) found[index].push(await measure(args));
  }
  return found.map((each) => `${describe(each.map(([whole]) => whole))}; ${describe(each.map(([, own]) => own))}`);
}

/** @param {readonly string[]} args */
async function timeRun(args) {
  const timed = ['-c', 'TIMEFORMAT="%R %U %S"; time "$@" >/dev/null 2>&1', 'bash', process.execPath, ...args];
  const { stderr } = spawnSync('bash', timed, { encoding: 'utf8' });
  const [real, user, system] = stderr
    .trim()
    .split(' ')
    .map((seconds) => Number(seconds) * 1_000);
  return [real, user + system];
}

/**
 * @param {import('@mdns-ambassador/testkit').Host} host
 * @param {readonly string[]} args
 */
async function timeFirstByte(host, args) {
  await setTimeout(QUIET_MS);
  const command = [process.execPath, ...args];
  const printed = await host.read(process.execPath, [`${PROGRAMS}first-byte.mjs`, '7000', 'who', ...command]);
  return printed.trim().split(' ').map(Number);
}

/**
 * @param {import('@mdns-ambassador/testkit').Host} host
 * @param {readonly string[]} args
 */
async function timeFirstLine(host, args) {
  await setTimeout(QUIET_MS);
  const startedAt = Date.now();
  const printed = await host.read(process.execPath, args);
  const [at, own] = printed.trim().split(' ').map(Number);
  return [at - startedAt, own];
}

/**
 * What passes, and is computed, beyond the start of a Node that has nothing to do but to say when it is there.
 *
 * @param {import('@mdns-ambassador/testkit').Host} host
 * @param {readonly string[]} args
 */
async function timeAboveNode(host, args) {
  const bare = await timeFirstLine(host, ['-e', FIRST_LINE]);
  const whole = await timeFirstLine(host, args);
  return whole.map((each, index) => each - bare[index]);
}

/**
 * @param {import('@mdns-ambassador/testkit').Host} host
 * @param {import('@mdns-ambassador/testkit').HostProcess} of
 */
async function readMemory(host, of) {
  const status = await host.read('cat', [`/proc/${of.pid}/status`]);
  return `${Math.round(Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1024)} MiB`;
}

/** @param {readonly number[]} found */
function describe(found) {
  const sorted = found.toSorted((a, b) => a - b);
  const median = Math.round(sorted[Math.floor(sorted.length / 2)] ?? 0);
  return `${median} ms (${Math.round(sorted[0] ?? 0)} to ${Math.round(sorted.at(-1) ?? 0)})`;
}

/** @param {readonly (readonly string[])[]} rows */
function print(rows) {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8' }).trim();
  console.log(
    `${new Date().toISOString().slice(0, 10)}, commit ${commit}, Node ${process.version}, Linux ${release()},`,
  );
  console.log(
    `${cpus().length} x ${cpus()[0]?.model}, load ${loadBefore} at the start; median (least to most) of ${RUNS} runs; until it is done; processor time\n`,
  );
  const measured = WAYS.map((way) => (WAYS.length > 1 ? way : 'measured'));
  console.log(`| what | ${measured.join(' | ')} |\n|${'---|'.repeat(1 + measured.length)}`);
  for (const row of rows) {
    console.log(`| ${row.join(' | ')} |`);
  }
}
