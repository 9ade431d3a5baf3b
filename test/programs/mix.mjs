/**
 * node mix.mjs HOST PORT COUNT CONCURRENCY [SEED]: COUNT connections of random sizes in random chunks with random pauses, in turn up
 * (`digest`), down (`bytes`) and both ways (`echo`); checks every byte of each. Prints as JSON how they ended. What the connection of
 * a number sends, and how, follows from SEED.
 */
import { createCipheriv, createHash } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import { setImmediate as turn } from 'node:timers/promises';
import { seededRandom } from '../../packages/testkit/dist/seeded-random.js';
import { digestOf } from './bytes.mjs';

const MOST_BYTES = 300_000;
const [host, port, count, concurrency, seed = '1'] = process.argv.slice(2);
const key = createHash('sha256').update(seed).digest().subarray(0, 16);
const outcomes = {};
let bytes = 0;
let begun = 0;

/** Small ones mostly. */
const chooseSize = (random) => Math.floor(random() ** 6 * MOST_BYTES);

/** Another one for each connection. */
const makePayload = (number, size) => {
  const counter = Buffer.alloc(16);
  counter.writeUInt32BE(number);
  return createCipheriv('aes-128-ctr', key, counter).update(Buffer.alloc(size));
};

const sendInChunks = async (socket, payload, random) => {
  for (let at = 0; at < payload.length && !socket.destroyed; ) {
    const size = 1 + Math.floor(random() ** 3 * payload.length);
    const hasRoom = socket.write(payload.subarray(at, at + size));
    at += size;
    if (!hasRoom) {
      await Promise.race([once(socket, 'drain'), once(socket, 'close')]);
    } else if (random() < 0.3) {
      await turn();
    }
  }
  socket.end();
};

const sha256 = (payload) => createHash('sha256').update(payload).digest('hex');

const exchange = (kind, number) =>
  new Promise((resolve) => {
    const socket = connect({ host, port: Number(port), allowHalfOpen: true });
    const heard = [];
    const random = seededRandom(key.readUInt32BE() + number);
    const size = chooseSize(random);
    const payload = kind === 'bytes' ? Buffer.alloc(0) : makePayload(number, size);
    bytes += size;
    socket.write(kind === 'bytes' ? `bytes ${size}\n` : `${kind}\n`);
    void sendInChunks(socket, payload, random);
    socket.on('data', (chunk) => heard.push(chunk));
    socket.on('error', (error) => resolve(error.code));
    socket.on('end', () => {
      const answer = Buffer.concat(heard);
      const isRight = {
        digest: () => answer.toString().trim() === sha256(payload),
        bytes: () => answer.length === size && sha256(answer) === digestOf(size),
        echo: () => answer.equals(payload),
      }[kind]();
      socket.destroy();
      resolve(isRight ? 'whole' : `damaged ${kind}`);
    });
  });

const exchangeOn = async () => {
  while (begun < Number(count)) {
    const number = begun++;
    const outcome = await exchange(['digest', 'bytes', 'echo'][number % 3], number);
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  }
};

await Promise.all(Array.from({ length: Number(concurrency) }, exchangeOn));
console.log(JSON.stringify({ outcomes, bytes }));
process.exit();
