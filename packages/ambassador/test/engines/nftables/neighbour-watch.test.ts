import { expect, test } from 'vitest';
import { NeighbourWatch } from '../../../src/engines/nftables/neighbour-watch.ts';
import type { NeighbourEntry } from '../../../src/engines/nftables/neighbours.ts';

const A = '10.0.0.1|7000';
const NOBODY: ReadonlySet<string> = new Set();

function neighbour(isAnswering: boolean, address = '10.0.0.1', device = 'eth0'): NeighbourEntry {
  return { address, device, isAnswering };
}

/** A place that carries connections, and was heard at 0. */
function setUp(): NeighbourWatch {
  const watch = new NeighbourWatch();
  watch.hear(new Set([A]), new Set([A]), 0);
  return watch;
}

test('a neighbour is asked for when nothing has come from it for 15 s, and again after as long', () => {
  const watch = setUp();
  const table = [neighbour(true), neighbour(true, '10.0.0.2')];
  expect(watch.isAnyQuiet(14_999)).toBe(false);
  expect(watch.look(table, 14_999)).toEqual(new Map());
  expect(watch.isAnyQuiet(15_000)).toBe(true);
  expect(watch.look(table, 15_000)).toEqual(new Map([['10.0.0.1', [neighbour(true)]]]));
  expect(watch.look(table, 29_999)).toEqual(new Map());
  expect(watch.look(table, 30_000)).toEqual(new Map([['10.0.0.1', [neighbour(true)]]]));
  watch.hear(new Set([A]), new Set([A]), 31_000);
  expect(watch.isAnyQuiet(45_999)).toBe(false);
});

test('one that does not answer is silent at once and lost after 6 s, and neither once it answers or is heard', () => {
  const watch = setUp();
  const lookAt = (isAnswering: boolean, now: number): readonly (readonly string[])[] => {
    watch.look([neighbour(isAnswering)], now);
    return [watch.listSilent(), watch.listLost(now)];
  };
  expect(lookAt(true, 15_000)).toEqual([[], []]);
  expect(lookAt(false, 18_000)).toEqual([[A], []]);
  expect(lookAt(false, 23_999)).toEqual([[A], []]);
  expect(lookAt(false, 24_000)).toEqual([[A], [A]]);
  expect(lookAt(true, 24_500)).toEqual([[], []]);
  expect(lookAt(false, 25_000)).toEqual([[A], []]);
  expect(lookAt(false, 31_000)).toEqual([[A], [A]]);
  watch.hear(new Set([A]), new Set([A]), 31_500);
  expect(lookAt(false, 40_000)).toEqual([[], []]);
});

test('one that does not answer is asked for at each look', () => {
  const watch = setUp();
  for (const now of [15_000, 16_000, 17_000]) {
    expect(watch.look([neighbour(false)], now)).toEqual(new Map([['10.0.0.1', [neighbour(false)]]]));
  }
});

test('the kernel may know it on one of two links, and forget whom nobody asks for', () => {
  const watch = setUp();
  watch.look([neighbour(false), neighbour(true, '10.0.0.1', 'eth1')], 20_000);
  expect(watch.listSilent()).toEqual([]);
  watch.look([], 21_000);
  expect(watch.listSilent()).toEqual([]);
  watch.look([neighbour(false)], 22_000);
  watch.look([], 28_000);
  expect(watch.listLost(28_000)).toEqual([A]);
});

test('who is in no table, as behind a router, is asked for, and not lost', () => {
  const watch = setUp();
  const table = [neighbour(true, '10.0.0.254'), neighbour(false, '10.0.0.9')];
  expect(watch.look(table, 60_000)).toEqual(new Map([['10.0.0.1', []]]));
  expect(watch.look(table, 74_999)).toEqual(new Map());
  expect(watch.listSilent()).toEqual([]);
  expect(watch.listLost(90_000)).toEqual([]);
});

test('whose connections were reset, or have ended, is not asked for until it is heard', () => {
  const watch = setUp();
  watch.look([neighbour(false)], 15_000);
  watch.forget(A);
  watch.hear(new Set([A]), NOBODY, 40_000);
  expect(watch.isAnyQuiet(99_000)).toBe(false);
  expect(watch.listLost(99_000)).toEqual([]);
  watch.hear(new Set([A]), new Set([A]), 100_000);
  expect(watch.isAnyQuiet(115_000)).toBe(true);
  watch.hear(NOBODY, NOBODY, 116_000);
  expect(watch.isAnyQuiet(200_000)).toBe(false);
});
