/**
 * node secure.mjs: what a connection through a mesh costs on this machine, with and without connections that are kept warm, beside plain
 * TCP. The announcer is a process of its own, on loopback; figures are for comparison within one run.
 */
import { fork } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { systemClock } from '../../packages/mdns/dist/index.js';
import { Door, Mesh, MeshDialler, MeshKey } from '../../packages/mesh/dist/index.js';
import { listen, startDial } from '../../packages/relay/dist/index.js';

const PAUSED = { connections: 400, pauseMs: 15 };
const HURRIED = { connections: 3_000, atOnce: 16 };
const REQUESTS = 20_000;

if (process.argv[2] === undefined) await measureAll();
else await serve(process.argv[2]);

/** The announcer's end: an echo behind a door, and one without. */
async function serve(secret) {
  const mesh = new Mesh({ kind: 'keys', current: new MeshKey(Buffer.from(secret, 'hex')) }, { clock: systemClock });
  const door = new Door({ member: await mesh.join('announce', 'echo'), clock: systemClock, onEvent: console.error });
  const echo = (leg) => leg.on('error', () => undefined).pipe(leg);
  const secure = await listen({
    at: { kind: 'tcp', address: '127.0.0.1', port: 0 },
    maxConnections: 10_000,
    onConnection: async (raw) => {
      const caller = await door.admit(raw, new AbortController().signal).catch(() => undefined);
      if (caller === undefined) return;
      caller.answer('ready');
      echo(caller.leg);
    },
  });
  const plain = createServer({ allowHalfOpen: true, noDelay: true }, echo).listen(0, '127.0.0.1');
  await once(plain, 'listening');
  process.send({ secure: secure.address, plain: { kind: 'tcp', address: '127.0.0.1', port: plain.address().port } });
}

async function measureAll() {
  const secret = randomBytes(32);
  const announcer = fork(import.meta.filename, [secret.toString('hex')]);
  const [places] = await once(announcer, 'message');
  const mesh = new Mesh({ kind: 'keys', current: new MeshKey(secret) }, { clock: systemClock });
  const secured = (warm) => {
    const dialler = new MeshDialler({ mesh, service: 'echo', warm });
    return (onSettled) => dialler.startDial(places.secure, 5_000, onSettled);
  };
  const paths = [
    ['plain TCP', (onSettled) => startDial(places.plain, 5_000, onSettled)],
    ['mesh, cold', secured(0)],
    ['mesh, 2 kept warm', secured(2)],
  ];
  console.log('path                first byte p50 ms   p99 ms   new connections/s   requests/s on one');
  for (const [name, dial] of paths) {
    for (let index = 0; index < 200; index++) await ask(dial);
    const durations = [];
    for (let index = 0; index < PAUSED.connections; index++) {
      durations.push(await ask(dial));
      await new Promise((resolve) => setTimeout(resolve, PAUSED.pauseMs));
    }
    durations.sort((a, b) => a - b);
    const columns = [at(durations, 0.5), at(durations, 0.99), await hurry(dial), await repeat(dial)];
    const [p50, p99, connects, requests] = columns;
    console.log(
      `${name.padEnd(20)}${p50.toFixed(2).padStart(17)}${p99.toFixed(2).padStart(9)}${connects.toFixed(0).padStart(20)}${requests.toFixed(0).padStart(20)}`,
    );
  }
  announcer.kill();
  process.exit();
}

/** From the dial to the echo of one byte, in milliseconds. */
function ask(dial) {
  const startedAt = performance.now();
  return connect(dial).then(
    (leg) =>
      new Promise((resolve) => {
        leg.once('data', () => {
          resolve(performance.now() - startedAt);
          leg.destroy();
        });
        leg.write('x');
        leg.resume();
      }),
  );
}

/** Connections a second, as many at a time as there may be. */
async function hurry(dial) {
  const startedAt = performance.now();
  let left = HURRIED.connections;
  const work = async () => {
    while (left-- > 0) await ask(dial);
  };
  await Promise.all(Array.from({ length: HURRIED.atOnce }, work));
  return HURRIED.connections / ((performance.now() - startedAt) / 1_000);
}

/** Requests a second on one connection, one after the other. */
async function repeat(dial) {
  const leg = await connect(dial);
  const startedAt = performance.now();
  leg.resume();
  for (let index = 0; index < REQUESTS; index++) {
    leg.write('x'.repeat(64));
    await once(leg, 'data');
  }
  leg.destroy();
  return REQUESTS / ((performance.now() - startedAt) / 1_000);
}

function connect(dial) {
  return new Promise((resolve, reject) => {
    dial((result) => {
      if (result.kind === 'failed') reject(result.error);
      else resolve(result.socket.on('error', () => undefined));
    });
  });
}

function at(sorted, share) {
  return sorted[Math.floor(sorted.length * share)] ?? 0;
}
