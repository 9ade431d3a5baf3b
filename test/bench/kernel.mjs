/**
 * What engine nftables costs beside haproxy, nginx and no proxy: a client's host and a service's host on one switch, every load through
 * each way in turn.
 *
 *     npm run bench:kernel [-- ROUNDS]
 */
import { SERVICE_PORT, SINK_PORT, startEnds } from './relay/ends.mjs';
import { HAPROXY, NFTABLES, NGINX } from './relay/peers.mjs';
import { describeRatios, readMedian, runRounds, untilListening } from './relay/rounds.mjs';
import { runBench } from './relay/run-bench.mjs';

const [rounds = '7'] = process.argv.slice(2);
const FIRST_PORT = 7100;
const FIRST_ADDRESS = 100;
const GIGABYTE = 1_000_000_000;
const PEERS = [HAPROXY, { ...HAPROXY, name: 'haproxy again', version: () => 'the same' }, NGINX, NFTABLES];
const LOADS = {
  bulk: { args: ['bulk', GIGABYTE], operations: 1 },
  requests1: { args: ['requests', 4_000, 1], operations: 4_000 },
  requests32: { args: ['requests', 20_000, 32], operations: 20_000 },
  connections: { args: ['connections', 4_000, 32], operations: 4_000 },
};

await runBench({ hosts: 2 }, async ({ lan, host: client, folder, machine }) => {
  const server = lan.host(2);
  await client.read('sh', ['-c', 'echo 10000 65000 > /proc/sys/net/ipv4/ip_local_port_range']);
  await startEnds(server, folder, '0.0.0.0');
  const ways = [{ name: 'direct', service: SERVICE_PORT, sink: SINK_PORT, address: server.ip, pids: [] }];
  for (const [index, peer] of PEERS.entries()) {
    const port = FIRST_PORT + index;
    const [command = '', ...args] = peer.command(port, SERVICE_PORT, folder, await giveAddress(server, index));
    const { pid } = client.spawn(command, args);
    await untilListening(client, port);
    ways.push({ name: peer.name, service: port, sink: port, pids: [pid] });
  }
  await client.until('nft list ruleset | grep -q "dnat to"');
  const port = FIRST_PORT + PEERS.length;
  await translateAlone(client, port, await giveAddress(server, PEERS.length));
  ways.push({ name: 'the kernel alone', service: port, sink: port, pids: [] });
  print(ways, await runRounds(client, ways, LOADS, Number(rounds), folder), machine);
});

/**
 * One more address of the server. Each way leads to its own: a port of the client's that one has used for it would else be refused to the
 * next for a minute, by the server's TIME_WAIT.
 *
 * @param {import('@mdns-ambassador/testkit').Host} server
 * @param {number} index
 */
async function giveAddress(server, index) {
  const address = server.ip.replace(/\d+$/, `${FIRST_ADDRESS + index}`);
  const script = 'ip address add "$1/24" dev "$(ip -o -4 address show to "$2" | cut -d " " -f 2)"';
  await server.read('sh', ['-c', script, 'sh', address, server.ip]);
  return address;
}

/**
 * The least that has the kernel send a port of the loopback to the service: two rules, no program. No engine of this kind takes less.
 *
 * @param {import('@mdns-ambassador/testkit').Host} client
 * @param {number} port
 * @param {string} address
 */
async function translateAlone(client, port, address) {
  const rules = `table ip alone {
  chain output { type nat hook output priority -100; ip daddr 127.0.0.1 tcp dport ${port} dnat to ${address}:${SERVICE_PORT}; }
  chain postrouting { type nat hook postrouting priority 100; ip daddr ${address} masquerade; }
}`;
  await client.read('sh', ['-c', 'sysctl -qw net.ipv4.conf.all.route_localnet=1 && echo "$1" | nft -f -', 'sh', rules]);
}

function print(ways, runs, machine) {
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
