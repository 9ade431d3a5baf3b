/**
 * node --import watch-loop.mjs PROGRAM: what the program's event loop and memory do, as a line of JSON on standard error whenever SIGUSR2
 * comes; counted from the one before.
 */
import { monitorEventLoopDelay } from 'node:perf_hooks';

const RESOLUTION_MS = 5;
const NS_PER_MS = 1e6;
const BYTES_PER_MIB = 2 ** 20;

const delay = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delay.enable();
process.on('SIGUSR2', () => {
  const p99Ms = Math.max(0, delay.percentile(99) / NS_PER_MS - RESOLUTION_MS);
  const maxMs = Math.max(0, delay.max / NS_PER_MS - RESOLUTION_MS);
  const rssMiB = process.memoryUsage.rss() / BYTES_PER_MIB;
  process.stderr.write(`${JSON.stringify({ p99Ms, maxMs, rssMiB })}\n`);
  delay.reset();
});
