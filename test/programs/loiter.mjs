/**
 * node loiter.mjs HOST PORT EACH ADDRESS,ADDRESS...: holds EACH connections from each of these addresses of this host, begins a TLS handshake on
 * each and says no more, and opens another for each that ends. Says `ready` when all are open for the first time, then `ended N` for each further
 * thirty that ended. Once its standard input ends it prints as JSON how many ended, how many were answered while none could be over yet, and the
 * age in milliseconds that one reached at most.
 */
import { connect } from 'node:net';
import { Duplex } from 'node:stream';
import { connect as connectSecurely } from 'node:tls';

const STEP = 30;
const RETRY_MS = 500;
/** None has had its time before. */
const UNDER_WAY_MS = 4_000;
const [host, port, each, addresses] = process.argv.slice(2);
const open = new Map();
const tally = { ended: 0, answered: 0, oldestMs: 0 };
const places = addresses.split(',').flatMap((address) => Array.from({ length: Number(each) }, () => address));
let isReady = false;

const hello = await new Promise((resolve) => {
  const socket = new Duplex({
    read: () => undefined,
    write: (bytes, _, callback) => {
      resolve(bytes);
      callback();
    },
  });
  connectSecurely({ socket, ALPNProtocols: ['ambassador/1'], minVersion: 'TLSv1.3', rejectUnauthorized: false });
});

const ageOf = (socket) => Date.now() - open.get(socket);
const hold = (localAddress) => {
  const socket = connect({ host, port: Number(port), localAddress });
  socket.on('error', () => undefined);
  socket.once('data', () => {
    if (tally.ended === 0 && Date.now() - begunAt < UNDER_WAY_MS) tally.answered += 1;
  });
  socket.resume();
  socket.on('connect', () => {
    socket.write(hello);
    open.set(socket, Date.now());
    if (!isReady && open.size === places.length) {
      isReady = true;
      console.log('ready');
    }
  });
  socket.on('close', () => {
    if (open.has(socket)) {
      const ageMs = ageOf(socket);
      open.delete(socket);
      tally.ended += 1;
      tally.oldestMs = Math.max(tally.oldestMs, ageMs);
      if (tally.ended % STEP === 0) console.log(`ended ${tally.ended}`);
    }
    setTimeout(() => hold(localAddress), RETRY_MS);
  });
};
const begunAt = Date.now();
for (const address of places) hold(address);

process.stdin.resume().on('end', () => {
  for (const socket of open.keys()) tally.oldestMs = Math.max(tally.oldestMs, ageOf(socket));
  console.log(JSON.stringify(tally));
  process.exit();
});
