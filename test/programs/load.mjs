/**
 * node load.mjs HOST PORT CONCURRENCY [PAUSE]: asks `who` over a new connection, again and again, PAUSE ms apart, until its
 * standard input ends; then prints the tally as JSON. A line for every 100 answers says when and by whom the last one was given, `answered 100 at MS
 * by h1`, and one whenever somebody answers who did not for a second: `heard h1 at MS`. Each failure has its line, too: `failed: ECONNRESET`.
 */
import { connect } from 'node:net';

const LINES_EVERY = 100;
const PATIENCE_MS = 15_000;
const ABSENCE_MS = 1_000;
const SLOW_MS = 100;
const MOST_SLOW = 100_000;
const [host, port, concurrency, pause] = process.argv.slice(2);
const tally = { answered: 0, failures: [], worstMs: 0, p99Ms: 0, slow: [], by: {}, lastBy: {}, seconds: 0 };
const durations = [];
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
        durations.push(tookMs);
        if (tookMs > SLOW_MS && tally.slow.length < MOST_SLOW) {
          tally.slow.push({ begunAt, tookMs });
        }
        const name = answer.trim();
        if (Date.now() - (tally.lastBy[name]?.at ?? 0) > ABSENCE_MS) {
          console.log(`heard ${name} at ${Date.now()}`);
        }
        tally.lastBy[name] = { at: Date.now(), begunAt };
        tally.by[name] = (tally.by[name] ?? 0) + 1;
        if (tally.answered % LINES_EVERY === 0) {
          console.log(`answered ${tally.answered} at ${Date.now()} by ${name}`);
        }
      } else {
        tally.failures.push({ begunAt, tookMs, how });
        console.log(`failed: ${how}`);
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
    if (pause !== undefined) {
      await new Promise((resolve) => setTimeout(resolve, Number(pause)));
    }
  }
};

process.stdin.resume();
process.stdin.on('end', () => {
  isStopping = true;
});
console.log('ready');
await Promise.all(Array.from({ length: Number(concurrency) }, askOn));
tally.p99Ms = durations.sort((a, b) => a - b)[Math.floor(durations.length * 0.99)] ?? 0;
tally.seconds = (Date.now() - startedAt) / 1_000;
console.log(JSON.stringify(tally));
process.exit();
