/**
 * node renewal.mjs LIFETIME_MS SECONDS: both ends of a mesh in one process whose leaves live so long. Connects again and again, and prints
 * what came of it as JSON: `refused` is what the announcer says of callers, `renewals` counts those of its leaf.
 */
import { randomBytes } from 'node:crypto';
import { systemClock } from '../../packages/mdns/dist/index.js';
import { Door, Mesh, MeshDialler, MeshKey } from '../../packages/mesh/dist/index.js';
import { listen } from '../../packages/relay/dist/index.js';

const [lifetime, seconds] = process.argv.slice(2).map(Number);
const mesh = new Mesh(
  { kind: 'keys', current: new MeshKey(randomBytes(32)) },
  { clock: systemClock, leafLifetimeMs: lifetime },
);
const member = await mesh.join('announce', 'thing');
const failed = [];
const refused = [];
let renewals = 0;
member.onChange(() => {
  renewals += 1;
});
const door = new Door({ member, clock: systemClock, onEvent: ({ reason }) => refused.push(reason) });
const serve = async (raw) => {
  const admitted = await door.admit(raw, new AbortController().signal).catch(() => undefined);
  if (admitted?.kind === 'caller') greet(admitted);
  else admitted?.receive((arrival) => void arrival.hear().then(greet, () => undefined));
};
const greet = ({ answer, leg }) => {
  answer('ready');
  leg.end('h1\n');
};
const listener = await listen({
  at: { kind: 'tcp', address: '127.0.0.1', port: 0 },
  maxConnections: 1_000,
  onConnection: (raw) => void serve(raw),
});
const dialler = new MeshDialler({ mesh, service: 'thing' });
let answered = 0;

const dial = () =>
  new Promise((resolve) => {
    dialler.startDial(listener.address, 30_000, (result) => {
      if (result.kind === 'failed') {
        failed.push(result.error.message);
        resolve();
        return;
      }
      const leg = result.socket;
      leg.on('data', () => undefined);
      leg.on('end', () => {
        answered += 1;
        leg.end();
        resolve();
      });
      leg.resume();
    });
  });

for (const until = performance.now() + seconds * 1_000; performance.now() < until; ) {
  await dial();
  await new Promise((resolve) => setTimeout(resolve, 10));
}
console.log(JSON.stringify({ answered, failed, refused, renewals }));
process.exit();
