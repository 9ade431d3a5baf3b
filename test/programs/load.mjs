/**
 * node load.mjs HOST PORT CONCURRENCY: asks `who` over a new connection, again and again, until its standard input ends; then
 * prints the tally as JSON. A line for every 200 answers says who gave the last one.
 */
import { connect } from 'node:net';

const LINES_EVERY = 200;
const PATIENCE_MS = 15_000;
const [host, port, concurrency] = process.argv.slice(2);
const tally = { answered: 0, failures: [], worstMs: 0, by: {}, lastBy: {}, seconds: 0 };
const startedAt = Date.now();
let isStopping = false;

const askOnce = () =>
  new Promise((resolve) => {
    const begunAt = Date.now();
    const socket = connect({ host, port: Number(port) });
    let answer = '';
    const finish = (how) => {
      socket.destroy();
      const tookMs = Date.now() - begunAt;
      if (answer.endsWith('\n')) {
        tally.answered += 1;
        tally.worstMs = Math.max(tally.worstMs, tookMs);
        tally.by[answer.trim()] = (tally.by[answer.trim()] ?? 0) + 1;
        tally.lastBy[answer.trim()] = Date.now();
        if (tally.answered % LINES_EVERY === 0) {
          console.log(`answered ${tally.answered}, last by ${answer.trim()}`);
        }
      } else {
        tally.failures.push({ begunAt, tookMs, how });
      }
      resolve();
    };
    socket.setTimeout(PATIENCE_MS, () => finish('silence'));
    socket.on('connect', () => socket.write('who\n'));
    socket.on('data', (chunk) => {
      answer += chunk;
      if (answer.endsWith('\n')) {
        finish('answer');
      }
    });
    socket.on('error', (error) => finish(error.code));
    socket.on('end', () => finish('end'));
  });

const askOn = async () => {
  while (!isStopping) {
    await askOnce();
  }
};

process.stdin.resume();
process.stdin.on('end', () => {
  isStopping = true;
});
console.log('ready');
await Promise.all(Array.from({ length: Number(concurrency) }, askOn));
tally.seconds = (Date.now() - startedAt) / 1_000;
console.log(JSON.stringify(tally));
process.exit();
