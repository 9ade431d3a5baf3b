/**
 * node transfers.mjs HOST PORT COUNT ROUNDS: COUNT connections to `echo`, of which a few are made at a time, each with a first chunk. Prints
 * `ready` once each has heard its own; then each sends ROUNDS more, 100 ms apart, and its end. At the end, as JSON, how many heard all of theirs.
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const CHUNK_BYTES = 20_000;
const PACE_MS = 100;
/** So few stand in a queue that nobody is turned away, however busy the machine is. */
const AT_ONCE = 20;
const [host, port, count, rounds] = process.argv.slice(2);

/** A connection that has heard its first chunk, and how it ends. */
async function begin() {
  const socket = connect({ host, port: Number(port), allowHalfOpen: true });
  const sent = [randomBytes(CHUNK_BYTES)];
  const heard = [];
  socket.write('echo\n');
  socket.write(sent[0]);
  const ended = new Promise((resolve) => {
    socket.on('end', () => resolve(Buffer.concat(sent).equals(Buffer.concat(heard)) ? 'whole' : 'damaged'));
    socket.on('error', (error) => resolve(error.code));
  });
  await Promise.race([
    ended,
    new Promise((resolve) => {
      socket.on('data', (chunk) => {
        heard.push(chunk);
        resolve(undefined);
      });
    }),
  ]);
  const finish = async () => {
    for (let round = 0; round < Number(rounds) && !socket.destroyed; round++) {
      const chunk = randomBytes(CHUNK_BYTES);
      sent.push(chunk);
      socket.write(chunk);
      await sleep(PACE_MS);
    }
    socket.end();
    return ended;
  };
  return { finish };
}

const transfers = [];
while (transfers.length < Number(count)) {
  const group = Math.min(AT_ONCE, Number(count) - transfers.length);
  transfers.push(...(await Promise.all(Array.from({ length: group }, begin))));
}
console.log('ready');
const outcomes = {};
for (const outcome of await Promise.all(transfers.map(({ finish }) => finish()))) {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}
console.log(JSON.stringify(outcomes));
process.exit();
