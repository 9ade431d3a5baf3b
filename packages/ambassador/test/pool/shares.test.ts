import { seededRandom } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import { Pool } from '../../src/pool/pool.ts';
import { endpoint, picked } from './fixtures.ts';

const NONE: ReadonlySet<string> = new Set();
/** Silence after which the race tries another. */
const RACE_MS = 250;
const COUNT = 3_000;
const PER_SECOND = 300;

interface Took {
  readonly dialMs: number;
  readonly answerMs: number;
}

/** How long a connection takes that is begun at `now` on the host of this number. */
type Noise = (host: number, now: number, random: () => number) => Took;

interface Run {
  readonly noise: Noise;
  readonly seed: number;
  readonly weights?: readonly number[];
  readonly count?: number;
  /** When each is found. */
  readonly foundAt?: readonly number[];
}

/** Who carried how many of the connections that come from 0 on; unless told otherwise everybody was found a minute before. */
function carry(run: Run): readonly number[] {
  const { noise, seed, weights = [0, 0, 0], count = COUNT, foundAt = weights.map(() => -60_000) } = run;
  const random = seededRandom(seed);
  const pool = new Pool({ sources: ['mdns'], merge: 'union', balance: 'p2c', random });
  const carried = weights.map(() => 0);
  const due: { at: number; act: () => void }[] = [];
  const plan = (at: number, act: () => void): void => {
    let place = due.length;
    while (place > 0 && (due[place - 1]?.at ?? 0) > at) place -= 1;
    due.splice(place, 0, { at, act });
  };
  let now = Math.min(...foundAt);
  const ask = (exclude: ReadonlySet<string>): void => {
    const id = picked(pool.pick({ exclude }, now))?.id;
    if (id === undefined) return;
    const host = Number(id);
    const { dialMs, answerMs } = noise(host, now, random);
    if (dialMs > RACE_MS) {
      plan(now + RACE_MS, () => {
        ask(new Set([...exclude, id]));
        pool.dialFailed(id, 'timeout', now);
      });
      return;
    }
    plan(now + dialMs, () => {
      pool.dialSucceeded(id, now, dialMs);
      pool.opened(id);
      carried[host] = (carried[host] ?? 0) + 1;
      plan(now + answerMs, () => pool.closed(id, answerMs));
    });
  };
  for (const [host, at] of foundAt.entries()) {
    const weight = weights[host] ?? 0;
    plan(at, () => pool.apply('mdns', { kind: 'add', endpoints: [endpoint(`${host}`, { weight })] }, now));
  }
  for (let client = 0; client < count; client++) plan((client * 1_000) / PER_SECOND, () => ask(NONE));
  for (let next = due.shift(); next !== undefined; next = due.shift()) {
    while (pool.nextDeadline() <= next.at) {
      now = Math.max(now, pool.nextDeadline());
      pool.advance(now);
    }
    now = next.at;
    next.act();
  }
  return carried;
}

const exponential = (mean: number, random: () => number): number => -mean * Math.log(1 - random());
const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());

/** A host stands still for `ms` once in `everyMs`, at its own times; whoever comes meanwhile waits until it goes on. */
function pausing(ms: number, everyMs: number, seed: number): Noise {
  const chance = seededRandom(seed + 7);
  const pauses = [0, 1, 2].map(() => {
    const starts: number[] = [];
    for (let at = exponential(everyMs, chance); at < 20_000; at += ms + exponential(everyMs, chance)) starts.push(at);
    return starts;
  });
  return (host, now, random) => {
    const start = pauses[host]?.find((at) => at <= now && now < at + ms);
    const dialMs = 0.3 + exponential(0.3, random) + (start === undefined ? 0 : start + ms - now);
    return { dialMs, answerMs: exponential(2, random) };
  };
}

const NOISES: Readonly<Record<string, (seed: number) => Noise>> = {
  'always the same': () => () => ({ dialMs: 0.5, answerMs: 1 }),
  exponential: () => (_, __, random) => ({ dialMs: exponential(0.5, random), answerMs: exponential(5, random) }),
  'log-normal, with a heavy tail': () => (_, __, random) => ({
    dialMs: 0.5 * Math.exp(1.5 * normal(random)),
    answerMs: 3 * Math.exp(1.5 * normal(random)),
  }),
  'Pareto, with a heavier one': () => (_, __, random) => ({
    dialMs: Math.min(200, 0.3 * (1 - random()) ** (-1 / 1.2)),
    answerMs: Math.min(2_000, (1 - random()) ** (-1 / 1.2)),
  }),
  'pauses of 150 ms': (seed) => pausing(150, 2_000, seed),
  'pauses of 400 ms': (seed) => pausing(400, 8_000, seed),
  'one has the busier processor: 2 against 4 ms': () => (host, _, random) => ({
    dialMs: exponential(0.5, random),
    answerMs: exponential(host === 0 ? 4 : 2, random),
  }),
  'a program that is quicker the more it runs: 1 to 5 ms': () => {
    const runs = [0, 0, 0];
    return (host, _, random) => {
      const before = runs[host] ?? 0;
      runs[host] = before + 1;
      return { dialMs: exponential(0.5, random), answerMs: exponential(before < 800 ? 5 : 1, random) };
    };
  },
};

const SEEDS = [2, 3, 4];

function ratioOf(carried: readonly number[]): number {
  return Math.max(...carried) / Math.min(...carried);
}

describe.each(Object.entries(NOISES))('equal endpoints: %s', (_, createNoise) => {
  test('the busiest gets 1.3 times what the idlest gets at most, and nobody is left out', () => {
    for (const seed of SEEDS) {
      const carried = carry({ noise: createNoise(seed), seed });
      expect(carried.reduce((sum, each) => sum + each)).toBe(COUNT);
      expect(ratioOf(carried)).toBeLessThan(1.3);
    }
  });
});

test.each([
  [10, 1.5],
  [50, 3],
])(
  'one that takes %d ms more gets less than a part in %d of what each of the others gets, which stay equal',
  (more, times) => {
    for (const seed of SEEDS) {
      const noise: Noise = (host, _, random) => ({
        dialMs: exponential(0.5, random),
        answerMs: exponential(2, random) + (host === 0 ? more : 0),
      });
      const [slow = 0, ...quick] = carry({ noise, seed });
      expect(slow * times).toBeLessThan(Math.min(...quick));
      // It is still looked at, so that it is known when it is quick again.
      expect(slow).toBeGreaterThan(COUNT / 100);
      expect(ratioOf(quick)).toBeLessThan(1.1);
    }
  },
);

test.each(Object.entries(NOISES).slice(0, 4))('weights 10, 20 and 40 are kept: %s', (_, createNoise) => {
  for (const seed of SEEDS) {
    const carried = carry({ noise: createNoise(seed), seed, weights: [10, 20, 40] });
    for (const [host, weight] of [10, 20, 40].entries()) {
      expect(Math.abs((carried[host] ?? 0) / COUNT - weight / 70)).toBeLessThan(0.04);
    }
  }
});

test('a newcomer gets a little at first, and its part later', () => {
  const noise: Noise = (_, __, random) => ({ dialMs: exponential(0.5, random), answerMs: exponential(5, random) });
  for (const seed of SEEDS) {
    const foundAt = [-60_000, -60_000, 0];
    const [, , first = 0] = carry({ noise, seed, foundAt, count: PER_SECOND });
    const [, , later = 0] = carry({ noise, seed, foundAt, count: COUNT });
    expect(first).toBeLessThan(PER_SECOND / 10);
    expect(later).toBeGreaterThan(COUNT / 5);
  }
});
