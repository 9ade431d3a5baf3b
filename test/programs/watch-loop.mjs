/**
 * node --import watch-loop.mjs PROGRAM: what the program's event loop and memory do, as a line of JSON on standard error whenever SIGUSR2
 * comes; counted from the one before. `p99Ms`: how late a timer was at most in 99 of 100 cases, but never more than the program itself
 * worked meanwhile, since on a busy machine the loop of a program that does nothing is late, too. `p99ByClockMs`: as the clock has it.
 */
const EVERY_MS = 5;
const US_PER_MS = 1_000;
const BYTES_PER_MIB = 2 ** 20;
const QUANTILE = 0.99;

let own = [];
let byClock = [];
let last = { at: performance.now(), cpu: process.cpuUsage() };

const quantile = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length * QUANTILE)] ?? 0;

setInterval(() => {
  const now = { at: performance.now(), cpu: process.cpuUsage() };
  const lateMs = Math.max(0, now.at - last.at - EVERY_MS);
  const workedMs = (now.cpu.user + now.cpu.system - last.cpu.user - last.cpu.system) / US_PER_MS;
  own.push(Math.min(lateMs, workedMs));
  byClock.push(lateMs);
  last = now;
}, EVERY_MS).unref();

process.on('SIGUSR2', () => {
  const rssMiB = process.memoryUsage.rss() / BYTES_PER_MIB;
  process.stderr.write(`${JSON.stringify({ p99Ms: quantile(own), p99ByClockMs: quantile(byClock), rssMiB })}\n`);
  own = [];
  byClock = [];
});
