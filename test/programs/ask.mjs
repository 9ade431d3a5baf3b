/**
 * node ask.mjs HOST PORT LINE: sends one line, keeps its side open, and prints as JSON what came back and how it ended:
 * `end`, or the error's code.
 */
import { connect } from 'node:net';

const [host, port, line] = process.argv.slice(2);
const socket = connect({ host, port: Number(port), allowHalfOpen: true });
const startedAt = Date.now();
let answer = '';
let answeredAfterMs;
const finish = (end) => {
  console.log(JSON.stringify({ answer, end, answeredAfterMs, endedAfterMs: Date.now() - startedAt }));
  process.exit();
};
socket.on('connect', () => socket.write(`${line}\n`));
socket.on('data', (chunk) => {
  answeredAfterMs ??= Date.now() - startedAt;
  answer += chunk;
});
socket.on('end', () => finish('end'));
socket.on('error', (error) => finish(error.code));
