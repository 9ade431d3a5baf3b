/**
 * What a proxy costs on a host of many interfaces, of which the last BUSY (default all) bring a share of the packets each: processor time as
 * a share of one core, and in microseconds a packet, in three stretches. Beside it, in the same run, that of a program of Node which reads each
 * packet once and does nothing with it.
 *
 *     node test/soak/interfaces.mjs [INTERFACES] [PACKETS_PER_SECOND] [SECONDS] [BUSY]
 *
 * Needs what the lab needs: root, or user namespaces. Each packet announces an instance of the service that the proxy is for, one on each
 * interface.
 */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Lab } from '@mdns-ambassador/testkit';

const INTERFACES = Number(process.argv[2] ?? 25);
const PER_SECOND = Number(process.argv[3] ?? 500);
const SECONDS = Number(process.argv[4] ?? 20);
const BUSY = Number(process.argv[5] ?? INTERFACES);
const AMBASSADOR = fileURLToPath(new URL('../../packages/cli/bin/ambassador.js', import.meta.url));
const FLOOD = fileURLToPath(new URL('../programs/flood.mjs', import.meta.url));
const NODE = process.execPath;
/** Joins on the addresses given, and hears what any of them brings. */
const IDLE_LISTENER = `
  const socket = require('node:dgram').createSocket({ type: 'udp4', reuseAddr: true });
  socket.on('message', () => {});
  socket.bind(5353, '224.0.0.251', () => {
    socket.addMembership('224.0.0.251', process.argv[1]);
    console.log('ready');
  });`;
const STRETCHES = 3;
/** Code is compiled, and the busiest interfaces become known. */
const WARM_UP_SECONDS = 30;
/** Of `/proc/PID/stat`: a hundredth of a second each, on every Linux that Node runs on. */
const TICKS_PER_SECOND = 100;
const [UTIME, STIME] = [11, 12];

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const readCpuSeconds = async (pid) => {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[UTIME]) + Number(fields[STIME])) / TICKS_PER_SECOND;
};

const readAll = async (programs) =>
  Object.fromEntries(
    await Promise.all(Object.entries(programs).map(async ([name, { pid }]) => [name, await readCpuSeconds(pid)])),
  );

const lan = await Lab.create({ hosts: 2 });
try {
  const [host, other] = lan.hosts;
  const links = Array.from({ length: INTERFACES - 1 }, (_, index) => index + 1);
  for (const link of links) await lan.addLink([host, other], link);
  const proxying = host.spawn(NODE, [AMBASSADOR, 'proxy', 'thing:7000']);
  await proxying.line(/listening/i);
  const reading = host.spawn(NODE, ['-e', IDLE_LISTENER, '10.99.0.1']);
  await reading.line(/^ready/);
  const sources = [0, ...links]
    .slice(-BUSY)
    .map((link) => `10.99.${link}.2`)
    .join(',');
  const seconds = WARM_UP_SECONDS + SECONDS + STRETCHES;
  const flooding = other.spawn(NODE, [FLOOD, 'chatter', sources, `${PER_SECOND}`, `${seconds}`]);
  await flooding.line(/^ready/);
  await sleep(WARM_UP_SECONDS * 1_000);
  const programs = { 'of one core': proxying, 'a program that only reads': reading };
  const shares = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let stretch = 0; stretch < STRETCHES; stretch++) {
    const at = performance.now();
    const before = await readAll(programs);
    await sleep((SECONDS * 1_000) / STRETCHES);
    const after = await readAll(programs);
    const elapsed = (performance.now() - at) / 1_000;
    for (const name of Object.keys(programs)) shares[name].push((after[name] - before[name]) / elapsed);
  }
  const found = new Set([...proxying.output.matchAll(/^found "(of [\d.]+)"/gm)].map(([, name]) => name));
  console.log(`${INTERFACES} interfaces, ${PER_SECOND} packets/s from ${BUSY} of them; instances found: ${found.size}`);
  for (const [name, measured] of Object.entries(shares)) {
    const text = measured.map(
      (share) => `${(share * 100).toFixed(1)} % (${((share * 1e6) / PER_SECOND).toFixed(0)} us a packet)`,
    );
    console.log(`${name}: ${text.join(', ')}`);
  }
} finally {
  await lan.close();
}
