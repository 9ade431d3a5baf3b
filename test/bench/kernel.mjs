/**
 * What engine nftables costs beside haproxy, nginx and no proxy: a client's host and a service's host on one switch, every load through
 * each way in turn.
 *
 *     npm run bench:kernel [-- ROUNDS]
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { Lab } from '@mdns-ambassador/testkit';
import { SERVICE_PORT, SINK_PORT, startEnds } from './relay/ends.mjs';
import { HAPROXY, NFTABLES, NGINX } from './relay/peers.mjs';
import {
  describeMachine,
  findMissingCompiler,
  medianOf,
  readMedian,
  runRounds,
  untilListening,
} from './relay/rounds.mjs';

const [rounds = '7'] = process.argv.slice(2);
const FIRST_PORT = 7100;
const GIGABYTE = 1_000_000_000;
const PEERS = [HAPROXY, { ...HAPROXY, name: 'haproxy again', version: () => 'the same' }, NGINX, NFTABLES];
const LOADS = {
  bulk: { args: ['bulk', GIGABYTE], operations: 1 },
  requests1: { args: ['requests', 4_000, 1], operations: 4_000 },
  requests32: { args: ['requests', 20_000, 32], operations: 20_000 },
  connections: { args: ['connections', 4_000, 32], operations: 4_000 },
};

const reason = findMissingCompiler() ?? (await Lab.unavailable());
if (reason !== undefined) {
  console.error(reason);
  process.exit(69);
}

const machine = describeMachine();
const folder = mkdtempSync(`${tmpdir()}/bench-`);
const lan = await Lab.create({ hosts: 2 });
const [client, server] = [lan.host(1), lan.host(2)];
try {
  await client.read('sh', ['-c', 'echo 10000 65000 > /proc/sys/net/ipv4/ip_local_port_range']);
  await startEnds(server, folder, server.ip);
  const ways = [{ name: 'direct', service: SERVICE_PORT, sink: SINK_PORT, address: server.ip, pids: [] }];
  for (const [index, peer] of PEERS.entries()) {
    const port = FIRST_PORT + index;
    const [command = '', ...args] = peer.command(port, SERVICE_PORT, folder, server.ip);
    const { pid } = client.spawn(command, args);
    await untilListening(client, port);
    ways.push({ name: peer.name, service: port, sink: port, pids: [pid] });
  }
  await client.until('nft list ruleset | grep -q "dnat to"');
  print(ways, await runRounds(client, ways, LOADS, Number(rounds), folder));
} catch (error) {
  console.error(lan.transcript(5));
  throw error;
} finally {
  await lan.close();
  rmSync(folder, { recursive: true, force: true });
}

function print(ways, runs) {
  const names = ways.map(({ name }) => name);
  console.log(
    `${new Date().toISOString().slice(0, 10)}, ${PEERS.map(({ name, version }) => `${name} ${version()}`).join(', ')}, ${machine};`,
  );
  console.log(`medians of ${rounds} rounds; \`npm run bench:kernel -- ${rounds}\`\n`);
  console.log(
    `| what (in brackets: median of the rounds' ratios to haproxy, the least and the most) | ${names.join(' | ')} | of direct |`,
  );
  console.log(`|---|${names.map(() => '---').join('|')}|---|`);
  const row = (title, load, unit, digits) => {
    const cells = names.map((name) => {
      return `${readMedian(runs, name, load, 'rate').toFixed(digits)} ${unit} (${describeRatios(runs, name, 'haproxy', load)})`;
    });
    console.log(`| ${title} | ${cells.join(' | ')} | ${describeRatios(runs, NFTABLES.name, 'direct', load)} |`);
  };
  row('download, one stream', 'bulk', 'GB/s', 2);
  row('requests/s, kept, c=1', 'requests1', '/s', 0);
  row('requests/s, kept, c=32', 'requests32', '/s', 0);
  row('new connections/s, c=32', 'connections', '/s', 0);
  const added = names.map((name) => {
    const value =
      readMedian(runs, name, 'requests1', 'p50') -
      (name === 'direct' ? 0 : readMedian(runs, 'direct', 'requests1', 'p50'));
    return `${(value * 1_000).toFixed(0)} µs`;
  });
  console.log(`| latency p50, c=1 (direct: whole; others: added) | ${added.join(' | ')} | |`);
}

/** Round by round: what the machine does besides is the same for both. */
function describeRatios(runs, name, base, load) {
  const of = (way) => runs.filter((run) => run.way === way && run.load === load);
  const ratios = of(name).map(
    ({ round, rate }) => rate / (of(base).find((run) => run.round === round)?.rate ?? Number.NaN),
  );
  return `${medianOf(ratios).toFixed(2)}, ${Math.min(...ratios).toFixed(2)} to ${Math.max(...ratios).toFixed(2)}`;
}
