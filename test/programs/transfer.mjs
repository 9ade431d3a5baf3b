/**
 * node transfer.mjs HOST PORT up|down|slow|late BYTES: sends them to `digest`, or fetches them from `bytes`, slowly and in odd pieces if
 * asked, or sends them to `last` behind its end; prints as JSON the SHA-256 of what was sent and of what arrived, if that was told.
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
} else if (direction === 'late') {
  socket.write('last\n');
  socket.resume().on('end', () => sendBytes(socket, count));
  socket.on('finish', () => report('nothing was told'));
} else if (direction === 'slow') {
  const hash = createHash('sha256');
  socket.write(`bytes ${count}\n`);
  socket.pause();
  let turn = 0;
  const readSome = () => {
    turn += 1;
    const chunk = socket.read(1 + ((turn * 7_919) % 99_991)) ?? (turn % 5 === 0 ? socket.read() : null);
    if (chunk !== null) hash.update(chunk);
    if (!socket.readableEnded) setTimeout(readSome, turn % 9 === 0 ? 5 : 0);
  };
  socket.on('end', () => report(hash.digest('hex')));
  readSome();
} else {
  const hash = createHash('sha256');
  socket.write(`bytes ${count}\n`);
  socket.on('data', (chunk) => hash.update(chunk));
  socket.on('end', () => report(hash.digest('hex')));
}
socket.on('error', (error) => report(error.code));
