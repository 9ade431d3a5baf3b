/**
 * What small requests wait behind bulk on a link that loses frames: a proxy and an announcer with a mesh key, whose clients share connections, beside
 * a proxy before the same announcer that has a connection for each client ("one each"). Between the two hosts stands `relay/wire.c`.
 *
 *     npm run bench:head-of-line [-- ROUNDS [DELAY_MS [LOSS_PER_THOUSAND [MBIT]]]]
 */
import { execFileSync } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { SERVICE_PORT, SINK_PORT, startEnds } from './relay/ends.mjs';
import { startAmbassadors } from './relay/pairs.mjs';
import { medianOf } from './relay/rounds.mjs';
import { runBench } from './relay/run-bench.mjs';

const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const LOAD = fileURLToPath(new URL('relay/load.mjs', import.meta.url));
const sourceOf = (name) => fileURLToPath(new URL(`relay/${name}.c`, import.meta.url));
const [rounds = '3', delay = '10', loss = '10', rate = '100'] = process.argv.slice(2);
const ENDLESS_BYTES = 60_000_000_000;
/** By then it is known for bulk, and has found how much the link carries. */
const BULK_STARTS_MS = 3_000;
const SETTLE_MS = 3_000;
const BEFORE_BULK_MS = 500;
const LOAD_TIMEOUT_MS = 120_000;
const REQUESTS = 1_500;
const CLIENTS = 8;
const ARRIVALS = 100;
const CASES = ['alone', 'come later', 'there before', 'new', 'new, alone'];

await runBench({ hosts: 3 }, async ({ lan, host: client, folder, machine }) => {
  const [server, link] = [lan.host(2), lan.host(3)];
  for (const name of ['load', 'wire'])
    execFileSync('gcc', ['-O2', '-o', `${folder}/${name}`, sourceOf(name)], { stdio: 'inherit' });
  await lan.addLink([client, link], 1);
  await lan.addLink([server, link], 2);
  for (const [host, port, address] of [
    [client, 'eth1', '10.98.0.1'],
    [server, 'eth2', '10.98.0.2'],
  ]) {
    await lan.unplug(host);
    // A frame that the wire loses is to be one, not what a card would have made many of.
    const steps = [
      `ip -4 address flush dev ${port}`,
      `ip address add ${address}/24 brd + dev ${port}`,
      `ip link set ${port} gso_max_segs 1`,
    ];
    await host.read('sh', ['-c', steps.join(' && ')]);
  }
  const wire = link.spawn(`${folder}/wire`, ['eth1', 'eth2', delay, loss, rate]);
  await wire.line(/^ready/);
  await startEnds(server, folder);
  const key = `${folder}/mesh.key`;
  await client.read(process.execPath, [AMBASSADOR, 'mesh', 'init', key]);
  const places = { host: client, remote: server, folder, service: SERVICE_PORT, sink: SINK_PORT };
  const shared = await startAmbassadors(places, 'shared connections', { key });
  const ways = [shared, await startAmbassadors(places, 'one each', { key, shares: false, server: shared.server })];
  const runs = [];
  for (let round = 0; round < Number(rounds); round++) {
    for (const { name, service } of ways) {
      for (const { what, ...measured } of await measure({ client, folder }, service)) {
        runs.push({ way: name, what, ...measured });
        console.error(runs.at(-1));
      }
    }
  }
  print(ways, runs, machine);
});

/** Every case once, in turn. */
async function measure({ client, folder }, service) {
  const load = async (...args) => {
    const options = { timeout: LOAD_TIMEOUT_MS };
    return JSON.parse(await client.read(`${folder}/load`, args.map(String), options));
  };
  const requests = () => load('requests', service, REQUESTS, CLIENTS);
  const arrivals = () => load('connections', service, ARRIVALS, 1, 5);
  const beside = async (act) => {
    const bulk = client.spawn(process.execPath, [LOAD, 'download', `${service}`, `${ENDLESS_BYTES}`]);
    try {
      return await act();
    } finally {
      bulk.kill('SIGKILL');
      await bulk.exited;
      await setTimeout(SETTLE_MS);
    }
  };
  /** The share of the link that bulk has, in MB/s, the small requests among it. */
  const withRate = async (act) => {
    const before = await readReceived(client);
    const measured = await act();
    return { ...measured, bulk: ((await readReceived(client)) - before) / measured.seconds / 1e6 };
  };
  const runs = [
    { what: 'alone', ...(await requests()) },
    { what: 'new, alone', ...(await arrivals()) },
  ];
  await beside(async () => {
    await setTimeout(BULK_STARTS_MS);
    runs.push({ what: 'come later', ...(await withRate(requests)) });
    runs.push({ what: 'new', ...(await withRate(arrivals)) });
  });
  const before = withRate(requests);
  await setTimeout(BEFORE_BULK_MS);
  runs.push({ what: 'there before', ...(await beside(() => before)) });
  return runs;
}

async function readReceived(host) {
  const [link] = JSON.parse(await host.read('ip', ['-s', '-j', 'link', 'show', 'eth1']));
  return link.stats64.rx.bytes;
}

function print(ways, runs, machine) {
  const of = (way, what, key, digits) => {
    const values = runs.filter((run) => run.way === way && run.what === what).map((run) => run[key]);
    const [least, most] = [Math.min(...values), Math.max(...values)].map((value) => value.toFixed(digits));
    return `${medianOf(values).toFixed(digits)} (${least} to ${most})`;
  };
  console.log(`${new Date().toISOString().slice(0, 10)}, Node ${process.version}, ${machine};`);
  console.log(`${delay} ms each way, ${loss} of 1,000 frames lost, ${rate} Mbit/s; medians of ${rounds} rounds\n`);
  console.log(
    `| requests' answers, ms (least to most) | ${ways.map(({ name }) => `${name}: p50 | p99`).join(' | ')} |`,
  );
  console.log(`|---|${ways.map(() => '---|---').join('|')}|`);
  for (const what of CASES) {
    const cells = ways.map(({ name }) => `${of(name, what, 'p50', 1)} | ${of(name, what, 'p99', 1)}`);
    console.log(`| ${what} | ${cells.join(' | ')} |`);
  }
  for (const what of ['come later', 'there before'])
    console.log(
      `| bulk meanwhile, MB/s: ${what} | ${ways.map(({ name }) => `${of(name, what, 'bulk', 2)} | `).join(' | ')} |`,
    );
}
