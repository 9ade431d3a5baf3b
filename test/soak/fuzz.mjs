/**
 * Feeds hostile packets to the decoder, to a node that stays and to one that is replaced after 5,000 packets, and says how long each took at most and what it holds afterwards.
 *
 *     node --expose-gc --single-threaded test/soak/fuzz.mjs [PACKETS] [SEED]
 *
 * Single-threaded, so that the compiler's and the collector's work is seen and attributed. Packets before the warm-up is over are fed
 * but not timed. What was slow is fed again at once, and what was slow each time once more after its batch: a busy machine is slow for
 * longer than some packets. Ends with 1 when anything threw, a packet took over 5 ms each time even then, or memory grew.
 */
import { PerformanceObserver, performance } from 'node:perf_hooks';
import { decodeMessage } from '@mdns-ambassador/mdns';
import { HostileTarget, hostilePacket } from '@mdns-ambassador/testkit';
import fc from 'fast-check';

const PACKETS = Number(process.argv[2] ?? 1_000_000);
const SEED = Number(process.argv[3] ?? 1);
const BATCH = 5_000;
/** Until the compiler has seen it all. */
const WARM_UP_PACKETS = 20_000;
const SLOW_MS = 5;
/** 1,000 packets a second and socket are let in: faster, and most would be dropped unread. */
const PACKETS_PER_ADVANCE = 50;
const ADVANCE_MS = 50;
const SOURCES = 200;
const REPEATS = 5;
const LATER_REPEATS = 20;
const WORST_SHOWN = 5;
/** Of the heap, after the first tenth. */
const MAX_GROWTH_MIB = 10;

const mib = (bytes) => Number((bytes / 2 ** 20).toFixed(1));
const collect = () => {
  globalThis.gc?.();
  return mib(process.memoryUsage().heapUsed);
};
const breathe = () => new Promise((resolve) => setImmediate(resolve));

/** Of the collector, since the last batch. */
let pauses = [];
new PerformanceObserver((list) => {
  for (const { startTime, duration } of list.getEntries()) pauses.push({ from: startTime, to: startTime + duration });
}).observe({ entryTypes: ['gc'] });

/** What this process has worked, in ms: other processes of a busy machine don't count. */
const workedMs = () => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};

/** The least work that one of some repetitions took, in ms. */
const least = async (work, times) => {
  let ms = Number.POSITIVE_INFINITY;
  for (let turn = 0; turn < times; turn++) {
    const from = workedMs();
    await work();
    ms = Math.min(ms, workedMs() - from);
  }
  return ms;
};

/** How long each of many took. */
class Timings {
  counts = new Map();
  slow = [];
  tally = { slow: 0, own: 0, again: 0, later: 0 };
  worst = [];
  max = 0;
  maxByClock = 0;
  startedAt = 0;
  startedWork = 0;

  start() {
    this.startedAt = performance.now();
    this.startedWork = workedMs();
  }

  stop(bytes, work) {
    const ms = workedMs() - this.startedWork;
    const at = performance.now();
    this.max = Math.max(this.max, ms);
    this.maxByClock = Math.max(this.maxByClock, at - this.startedAt);
    const bucket = Math.ceil(ms * 100);
    this.counts.set(bucket, (this.counts.get(bucket) ?? 0) + 1);
    if (ms <= SLOW_MS) return undefined;
    const slow = { from: this.startedAt, to: at, ms, bytes, work, againMs: Number.POSITIVE_INFINITY, laterMs: 0 };
    this.slow.push(slow);
    return slow;
  }

  quantile(part) {
    const sorted = [...this.counts].sort(([a], [b]) => a - b);
    let left = sorted.reduce((sum, [, count]) => sum + count, 0) * part;
    for (const [bucket, count] of sorted) {
      left -= count;
      if (left <= 0) return bucket / 100;
    }
    return this.max;
  }

  /** Feeds what was slow each time again, when nothing else is going on. */
  async repeat() {
    for (const slow of this.slow.filter(({ againMs }) => againMs > SLOW_MS)) {
      slow.laterMs = await least(slow.work, LATER_REPEATS);
    }
  }

  /** Judges the slow ones of a batch, once the collector's pauses are known. */
  settle() {
    for (const { from, to, ms, againMs, laterMs, bytes } of this.slow) {
      const paused = pauses.reduce(
        (sum, each) => sum + Math.max(0, Math.min(to, each.to) - Math.max(from, each.from)),
        0,
      );
      this.tally.slow += 1;
      if (ms - paused <= SLOW_MS) continue;
      this.tally.own += 1;
      if (againMs > SLOW_MS) this.tally.again += 1;
      if (laterMs > SLOW_MS) this.tally.later += 1;
      this.worst.push({
        ms,
        againMs,
        laterMs,
        text: `${bytes.length} bytes: ${Buffer.from(bytes).toString('hex').slice(0, 80)}`,
      });
    }
    this.worst = this.worst.toSorted((x, y) => y.againMs - x.againMs).slice(0, WORST_SHOWN);
    this.slow = [];
  }

  /** Returns how many took too long without the collector's help, and did so again each time, also later. */
  report(name) {
    const { slow, own, again, later } = this.tally;
    const quantiles = [0.5, 0.99, 0.9999].map((part) => `p${part * 100} ${this.quantile(part)} ms`).join(', ');
    console.log(
      `${name}: ${quantiles}, max ${this.max.toFixed(2)} ms of work (${this.maxByClock.toFixed(2)} ms by the clock);`,
      `${slow} over ${SLOW_MS} ms, ${own} of them without the collector's pauses, ${again} each time, ${later} also after the batch`,
    );
    for (const { ms, againMs, laterMs, text } of this.worst) {
      const after = laterMs > 0 ? `, later ${laterMs.toFixed(2)} ms` : '';
      console.log(`  ${ms.toFixed(2)} ms, again ${againMs.toFixed(2)} ms${after} for ${text}`);
    }
    return later;
  }
}

const open = async (seed) => {
  const target = new HostileTarget(seed);
  await target.start();
  return target;
};

/** The node does what follows from a packet in a microtask. */
const feed = async (target, bytes, number) => {
  target.receive(bytes, `10.0.1.${number % SOURCES}`, number % 10 === 0 ? 1_024 + (number % 60_000) : 5353);
  await null;
  await null;
};

const veteran = await open(SEED);
let novice = await open(SEED);
const timings = { decoder: new Timings(), veteran: new Timings(), novice: new Timings() };
const heap = [];
let thrown = 0;
const startedAt = performance.now();

/** What another process or the compiler did meanwhile does not happen again; what the packet did does. */
const measure = async (name, bytes, work, isTimed) => {
  const timing = timings[name];
  try {
    timing.start();
    await work();
    const slow = isTimed ? timing.stop(bytes, work) : undefined;
    if (slow !== undefined) slow.againMs = await least(work, REPEATS);
  } catch (error) {
    thrown += 1;
    console.log(error, Buffer.from(bytes).toString('hex'));
  }
};

for (let done = 0; done < PACKETS; ) {
  const packets = fc.sample(hostilePacket, { numRuns: Math.min(BATCH, PACKETS - done), seed: SEED + done });
  for (const bytes of packets) {
    done += 1;
    const number = done;
    const isTimed = done > WARM_UP_PACKETS;
    await measure('decoder', bytes, () => decodeMessage(bytes), isTimed);
    await measure('veteran', bytes, () => feed(veteran, bytes, number), isTimed);
    await measure('novice', bytes, () => feed(novice, bytes, number), isTimed);
    if (done % PACKETS_PER_ADVANCE !== 0) continue;
    await veteran.clock.advance(ADVANCE_MS);
    await novice.clock.advance(ADVANCE_MS);
  }
  await breathe();
  for (const timing of Object.values(timings)) {
    await timing.repeat();
    timing.settle();
  }
  pauses = [];
  await novice.node.close();
  novice = await open(SEED + done);
  if (done % (10 * BATCH) === 0) heap.push(collect());
}

const seconds = Math.round((performance.now() - startedAt) / 1_000);
console.log(`${PACKETS} packets, seed ${SEED}, ${seconds} s, node ${process.version}; ${thrown} threw`);
const slow = Object.entries(timings).reduce((sum, [name, timing]) => sum + timing.report(name), 0);
console.log(JSON.stringify(veteran.node.counters), `sent ${veteran.sentPackets}, types ${veteran.types.size}`);
const settled = heap.slice(Math.ceil(heap.length / 10));
const growth = (settled.at(-1) ?? 0) - (settled[0] ?? 0);
console.log(`heap after collection, MiB: ${heap.join(' ')}; RSS ${mib(process.memoryUsage().rss)} MiB`);
await veteran.node.close();
process.exitCode = thrown > 0 || slow > 0 || growth > MAX_GROWTH_MIB ? 1 : 0;
