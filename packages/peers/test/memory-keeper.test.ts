import { expect, test } from 'vitest';
import { MemoryKeeper } from '../src/memory-keeper.ts';

test('who is killed a second after he met somebody has it written, and a crowd of news is written seldom', () => {
  const written: number[] = [];
  const keeper = new MemoryKeeper([], (places) => written.push(places.length));
  const meet = (from: number, to: number, now: number): void => {
    for (let last = from; last <= to; last++) keeper.keep({ host: `10.0.0.${last}`, port: 5351 }, true, now);
  };
  meet(1, 1, 0);
  keeper.advance(999);
  expect(written).toEqual([]);
  keeper.advance(keeper.nextDeadline());
  expect(written).toEqual([1]);
  meet(2, 4, 1_100);
  expect(keeper.nextDeadline()).toBe(11_000);
  keeper.advance(11_000);
  expect(written).toEqual([1, 4]);
  meet(5, 5, 60_000);
  expect(keeper.nextDeadline()).toBe(61_000);
});
