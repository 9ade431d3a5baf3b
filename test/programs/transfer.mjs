/**
 * node transfer.mjs HOST PORT up|down BYTES: sends them to `digest`, or fetches them from `bytes`; prints as JSON the
 * SHA-256 of what was sent and of what arrived.
 */
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { digestOf, sendBytes } from './bytes.mjs';

const [host, port, direction, bytes] = process.argv.slice(2);
const count = Number(bytes);
const socket = connect({ host, port: Number(port), allowHalfOpen: true });
const startedAt = Date.now();
const report = (arrived) => {
  const seconds = (Date.now() - startedAt) / 1_000;
  console.log(JSON.stringify({ sent: digestOf(count), arrived, seconds }));
  socket.destroy();
};

if (direction === 'up') {
  let answer = '';
  socket.write('digest\n');
  sendBytes(socket, count);
  socket.on('data', (chunk) => {
    answer += chunk;
  });
  socket.on('end', () => report(answer.trim()));
} else {
  const hash = createHash('sha256');
  socket.write(`bytes ${count}\n`);
  socket.on('data', (chunk) => hash.update(chunk));
  socket.on('end', () => report(hash.digest('hex')));
}
socket.on('error', (error) => report(error.code));
