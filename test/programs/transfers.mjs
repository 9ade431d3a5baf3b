/**
 * node transfers.mjs HOST PORT COUNT ROUNDS: COUNT connections to `echo`, each of which sends ROUNDS chunks of its own, 100 ms
 * apart, and then its end. Prints `ready` once each has heard its first chunk; at the end, as JSON, how many heard all of theirs.
 */
import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const CHUNK_BYTES = 20_000;
const PACE_MS = 100;
const [host, port, count, rounds] = process.argv.slice(2);
let begun = 0;

const transfer = () =>
  new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), allowHalfOpen: true });
    const sent = [];
    const heard = [];
    const send = async () => {
      for (let round = 0; round < Number(rounds) && !socket.destroyed; round++) {
        const chunk = randomBytes(CHUNK_BYTES);
        sent.push(chunk);
        socket.write(chunk);
        await sleep(PACE_MS);
      }
      socket.end();
    };
    socket.write('echo\n');
    void send();
    socket.on('data', (chunk) => {
      heard.push(chunk);
      if (heard.length === 1) {
        begun += 1;
        if (begun === Number(count)) {
          console.log('ready');
        }
      }
    });
    socket.on('end', () => resolve(Buffer.concat(sent).equals(Buffer.concat(heard)) ? 'whole' : 'damaged'));
    socket.on('error', (error) => resolve(error.code));
  });

const outcomes = {};
for (const outcome of await Promise.all(Array.from({ length: Number(count) }, transfer))) {
  outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
}
console.log(JSON.stringify(outcomes));
process.exit();
