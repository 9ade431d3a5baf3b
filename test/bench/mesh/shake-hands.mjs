/**
 * Shakes hands COUNT times over loopback, a dialler and a door of the mesh package of TREE in this process, and prints what that took as JSON.
 *
 *     node test/bench/mesh/shake-hands.mjs TREE COUNT
 */
import { createServer } from 'node:net';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const [tree = '.', count = '600'] = process.argv.slice(2);
const load = (name) => import(pathToFileURL(join(tree, 'packages', name, 'dist/index.js')).href);
const { Door, Mesh, MeshDialler, MeshKey } = await load('mesh');
const { systemClock: clock } = await load('mdns');

const WARM_UP = 100;
const IDLE = 200;
const mesh = () => new Mesh({ kind: 'keys', current: new MeshKey(Buffer.alloc(32, 7)) }, { clock });
const member = await mesh().join('announce', 'redis');
// One connection for each dial, as every version speaks.
const protocols = ['ambassador/1'];
const door = new Door({ member, clock, protocols, onEvent: ({ reason }) => console.error(reason) });
const signal = new AbortController().signal;
const server = createServer({ pauseOnConnect: true }, (socket) => {
  door.admit(socket, signal).then(
    ({ leg, answer }) => {
      leg.on('error', () => undefined).once('end', () => leg.end());
      answer('ready');
      leg.resume();
    },
    () => undefined,
  );
});
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve));
const target = { kind: 'tcp', address: '127.0.0.1', port: server.address().port };
const dialler = new MeshDialler({ mesh: mesh(), service: 'redis', warm: 0, protocols });

async function shakeHands() {
  const leg = await dialler.dial(target, signal);
  const closed = new Promise((resolve) => leg.once('close', resolve));
  leg.end();
  leg.resume();
  await closed;
}

for (let at = 0; at < WARM_UP; at++) await shakeHands();
const before = process.cpuUsage();
for (let at = 0; at < Number(count); at++) await shakeHands();
const { user, system } = process.cpuUsage(before);

globalThis.gc?.();
const empty = process.memoryUsage.rss();
const held = [];
for (let at = 0; at < IDLE; at++) held.push(await dialler.dial(target, signal));
globalThis.gc?.();
const kib = (process.memoryUsage.rss() - empty) / 1_024 / IDLE;
console.log(JSON.stringify({ cpuMs: (user + system) / 1_000 / Number(count), kib }));
process.exit(0);
