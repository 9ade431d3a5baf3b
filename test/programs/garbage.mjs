/**
 * node garbage.mjs PORT PER_SECOND HOST,HOST...: connects to each of these hosts so many times a second, says what no mesh says, and half of the
 * times nothing more than half of a TLS record, until its standard input ends. Prints `ready`, then `failed N` for each further thirty that ended.
 */
import { connect } from 'node:net';

const STEP = 30;
const PATIENCE_MS = 10_000;
const [port, perSecond, hosts] = process.argv.slice(2);
const SAYINGS = ['GET / HTTP/1.0\r\n\r\n', Buffer.from([0x16, 0x03, 0x01, 0x00, 0xff])];
let begun = 0;
let ended = 0;

const annoy = (host) => {
  const socket = connect({ host, port: Number(port) });
  socket.setTimeout(PATIENCE_MS, () => socket.destroy());
  socket.on('error', () => undefined);
  socket.write(SAYINGS[begun % SAYINGS.length]);
  begun += 1;
  socket.resume();
  socket.on('close', () => {
    ended += 1;
    if (ended % STEP === 0) console.log(`failed ${ended}`);
  });
};

console.log('ready');
setInterval(() => {
  for (const host of hosts.split(',')) annoy(host);
}, 1_000 / Number(perSecond));
process.stdin.resume().on('end', () => process.exit());
