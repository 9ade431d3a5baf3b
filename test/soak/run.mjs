/**
 * Clients connect through proxies without end while services, announcers, proxies' links and hosts are killed, stopped, cut off and
 * flapping, one at a time. Prints what was asked of it, and what held; ends with 1 where a connection failed that was not under way on
 * a host when it was killed or cut off, or where a proxy keeps files open that it had not before.
 *
 *     node test/soak/run.mjs [MINUTES] [SEED] [LONGEST_FAULT_SECONDS] [WAY]
 *
 * WAY: how bytes come from a proxy to a service, one of the names in `WAYS`; `node` unless said.
 *
 * Needs what the lab needs: root, or user namespaces. Five hosts: three backends, two with a proxy and clients.
 */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Lab, seededRandom } from '@mdns-ambassador/testkit';

const MINUTES = Number(process.argv[2] ?? 10);
const SEED = Number(process.argv[3] ?? 1);
const LONGEST_FAULT_MS = Number(process.argv[4] ?? 60) * 1_000;
const WAY = process.argv[5] ?? 'node';
const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const PROGRAMS = fileURLToPath(new URL('../programs/', import.meta.url));
/** It knows `ambassador/1` alone: a connection for each client. */
const ONE_EACH = `${PROGRAMS}one-each.mjs`;
const NODE = process.execPath;
const WAYS = {
  node: {},
  workers: { flags: ['--workers', '2'] },
  nftables: { flags: ['--engine', 'nftables'] },
  'mesh/2': { isMesh: true },
  'mesh/1': { isMesh: true, announcer: ONE_EACH, proxy: ONE_EACH },
  'mesh/2 to mesh/1': { isMesh: true, announcer: ONE_EACH },
};
if (WAYS[WAY] === undefined) throw new RangeError(`${WAY} is no way; there are ${Object.keys(WAYS).join(', ')}`);
const { flags = [], isMesh = false, announcer: ANNOUNCER = AMBASSADOR, proxy: PROXY = AMBASSADOR } = WAYS[WAY];
const BACKENDS = 3;
const PROXIES = 2;
/** Clients of each proxy at the same time. */
const CONCURRENCY = 4;
/** Between two connections of a client; without, nothing is left for the rest of the machine. */
const CLIENT_PAUSE_MS = 20;
const PORT = 7_000;
/** Where a service is that has moved, and where it comes back to. */
const OTHER_PORT = 7_001;
const FAULT_MS = [LONGEST_FAULT_MS / 12, LONGEST_FAULT_MS];
const PAUSE_MS = [LONGEST_FAULT_MS / 60, LONGEST_FAULT_MS / 6];
const SAMPLE_MS = 10_000;
const FLAPS = 5;
const FLAP_MS = 500;
const MINUTE_MS = 60_000;
/** Before this nothing is sampled: code is being compiled, the heap grows to its size. */
const WARM_UP_PART = 0.25;
/** What Node opens when it is first needed, and connections that a mesh keeps to each place. */
const SPARE_FILES = isMesh ? 4 + 4 * BACKENDS : 4;
const CLOSED_WITHIN_MS = 30_000;

const random = seededRandom(SEED);
const between = ([least, most]) => least + (most - least) * random();
const pick = (list) => list[Math.floor(random() * list.length)];
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const clock = () => new Date().toISOString().slice(11, 19);

/** A service and what announces it, on one host. */
class Backend {
  port = PORT;

  constructor(host, mode) {
    this.host = host;
    this.mode = mode;
  }

  async start() {
    await this.startService();
    await this.startAnnouncer();
  }

  async startService() {
    this.service = this.host.spawn(NODE, [`${PROGRAMS}service.mjs`, `${this.port}`, this.host.name]);
    await this.service.line(/^ready/);
  }

  async startAnnouncer() {
    this.announcer = this.host.spawn(NODE, [ANNOUNCER, 'announce', `thing:${this.port}`, ...this.mode]);
    await this.announcer.line(/announced/i, { timeout: 60_000 });
  }
}

/** What is under way while this is done may break. */
const cut = async (cuts, strike) => {
  const from = Date.now();
  await strike();
  cuts.push({ from, to: Date.now() });
};

/** Each takes a backend away for `ms`, and gives it back. */
const FAULTS = {
  'kill -9 of the service': async ({ backend, ms, cuts }) => {
    await cut(cuts, () => backend.service.stop('SIGKILL'));
    await sleep(ms);
    await backend.startService();
  },
  'kill -9 of the announcer': async ({ backend, ms, cuts }) => {
    const strike = () => backend.announcer.stop('SIGKILL');
    // The bytes of a mesh pass through it.
    await (isMesh ? cut(cuts, strike) : strike());
    await sleep(ms);
    await backend.startAnnouncer();
  },
  'SIGTERM of the announcer': async ({ backend, ms }) => {
    await backend.announcer.stop('SIGTERM');
    await sleep(ms);
    await backend.startAnnouncer();
  },
  'SIGSTOP of the announcer': async ({ backend, ms }) => {
    backend.announcer.kill('SIGSTOP');
    await sleep(ms);
    backend.announcer.kill('SIGCONT');
  },
  migration: async ({ backend }) => {
    const { service, announcer } = backend;
    backend.port = backend.port === PORT ? OTHER_PORT : PORT;
    await backend.start();
    await announcer.stop('SIGTERM');
    await service.stop('SIGKILL');
  },
  partition: async ({ lan, backend, ms, cuts }) => {
    await cut(cuts, () => lan.unplug(backend.host));
    await sleep(ms);
    await lan.plug(backend.host);
  },
  flapping: async ({ lan, backend, ms, cuts }) => {
    for (let flap = 0; flap < FLAPS; flap++) {
      await cut(cuts, () => lan.unplug(backend.host));
      await sleep(FLAP_MS);
      await lan.plug(backend.host);
      await sleep(ms / FLAPS);
    }
  },
};

const readUsage = async (pid) => {
  const status = await readFile(`/proc/${pid}/status`, 'utf8');
  const files = await readdir(`/proc/${pid}/fd`);
  return { rssMiB: Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1]) / 1_024, files: files.length };
};

/** Least squares, a unit of `y` an hour. */
const slopePerHour = (samples, y) => {
  const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const times = samples.map(({ at }) => at / (60 * MINUTE_MS));
  const values = samples.map(y);
  const [meanTime, meanValue] = [mean(times), mean(values)];
  const variance = times.reduce((sum, time) => sum + (time - meanTime) ** 2, 0);
  return times.reduce((sum, time, index) => sum + (time - meanTime) * (values[index] - meanValue), 0) / variance;
};

/** Whether it has closed what it opened for connections. */
const hasClosed = async ({ process, files }) => {
  const until = Date.now() + CLOSED_WITHIN_MS;
  while ((await readUsage(process.pid)).files > files + SPARE_FILES) {
    if (Date.now() > until) return false;
    await sleep(100);
  }
  return true;
};

let broken = 0;
const folder = await mkdtemp(join(tmpdir(), 'soak-'));
const lan = await Lab.create({ hosts: BACKENDS + PROXIES });
try {
  const key = join(folder, 'mesh.key');
  if (isMesh) await lan.host(1).read(NODE, [AMBASSADOR, 'mesh', 'init', key]);
  const mode = isMesh ? ['--mesh-key-file', key] : [];
  const backends = lan.hosts.slice(0, BACKENDS).map((host) => new Backend(host, mode));
  await Promise.all(backends.map((backend) => backend.start()));
  const proxies = await Promise.all(
    lan.hosts.slice(BACKENDS).map(async (host) => {
      const process = host.spawn(NODE, [PROXY, 'proxy', `thing:${PORT}`, ...mode, ...flags]);
      await process.until((output) => backends.every(({ host: { name } }) => output.includes(`thing on ${name}`)));
      const { files } = await readUsage(process.pid);
      const load = host.spawn(NODE, [
        `${PROGRAMS}load.mjs`,
        '127.0.0.1',
        `${PORT}`,
        `${CONCURRENCY}`,
        `${CLIENT_PAUSE_MS}`,
      ]);
      await load.line(/^ready/);
      return { host, process, load, files, samples: [] };
    }),
  );
  const startedAt = Date.now();
  const endsAt = startedAt + MINUTES * MINUTE_MS;
  const counts = new Map();
  /** Those that have not had their turn in this round. */
  const kinds = [];
  const cuts = [];
  const sampling = setInterval(async () => {
    for (const proxy of proxies) {
      const usage = await readUsage(proxy.process.pid);
      proxy.samples.push({ at: Date.now() - startedAt, ...usage });
    }
  }, SAMPLE_MS);
  console.log(`${clock()} ${WAY}: ${MINUTES} min, seed ${SEED}, node ${process.version}`);
  while (Date.now() < endsAt) {
    await sleep(Math.min(between(PAUSE_MS), Math.max(0, endsAt - Date.now())));
    if (Date.now() >= endsAt) break;
    if (kinds.length === 0) kinds.push(...Object.keys(FAULTS));
    const [fault] = kinds.splice(Math.floor(random() * kinds.length), 1);
    const backend = pick(backends);
    const ms = between(FAULT_MS);
    counts.set(fault, (counts.get(fault) ?? 0) + 1);
    console.log(`${clock()} ${fault} on ${backend.host.name} for ${Math.round(ms / 1_000)} s`);
    await FAULTS[fault]({ lan, backend, ms, cuts });
  }
  clearInterval(sampling);
  console.log(`faults: ${[...counts].map(([fault, count]) => `${fault} ${count}`).join(', ')}`);
  for (const proxy of proxies) {
    const { host, load, samples } = proxy;
    load.stdin.end();
    const [json] = await load.line(/^\{.*\}$/, { timeout: 60_000 });
    const tally = JSON.parse(json);
    const asked = tally.answered + tally.failures.length;
    const availability = ((100 * tally.answered) / asked).toFixed(4);
    // What was under way on a backend that is killed or cut off breaks; what begins after must not.
    const underWay = tally.failures.filter(({ begunAt, tookMs }) =>
      cuts.some(({ from, to }) => begunAt <= to && begunAt + tookMs >= from),
    );
    console.log(
      `${host.name}: ${asked} connections, ${availability} % answered, ${tally.failures.length} failed`,
      `(${underWay.length} of them under way on a host when it was killed or cut off), slowest ${tally.worstMs} ms`,
    );
    for (const { begunAt, tookMs, how } of tally.failures.slice(0, 20)) {
      console.log(`  ${new Date(begunAt).toISOString().slice(11, 23)} ${how} after ${tookMs} ms`);
    }
    const settled = samples.slice(Math.floor(samples.length * WARM_UP_PART));
    const [first, last] = [settled[0], settled.at(-1)];
    console.log(
      `  RSS ${first?.rssMiB.toFixed(1)} -> ${last?.rssMiB.toFixed(1)} MiB, ${slopePerHour(settled, ({ rssMiB }) => rssMiB).toFixed(1)} MiB an hour;`,
      `files ${first?.files} -> ${last?.files}, ${slopePerHour(settled, ({ files }) => files).toFixed(1)} an hour`,
    );
    const isClosed = await hasClosed(proxy);
    if (!isClosed) console.log('  files are left open after the last connection');
    if (underWay.length < tally.failures.length || tally.answered === 0 || !isClosed) broken += 1;
  }
} finally {
  await lan.close();
  await rm(folder, { recursive: true });
}
process.exitCode = broken === 0 ? 0 : 1;
