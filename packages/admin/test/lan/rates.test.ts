import { expect, test } from 'vitest';
import { mergeLan, type SeenProcess } from '../../src/lan/merge-lan.ts';
import { Rates, rateLan } from '../../src/lan/rates.ts';
import { endpoint, proxied, shown } from '../lan-fixture.ts';

function look(total: number, bytes: number, open: readonly [number, number] = [3, 1]): readonly SeenProcess[] {
  const endpoints = [
    endpoint('a', { address: '10.9.9.7', total, active: open[0] }),
    endpoint('b', { address: '10.9.9.8', active: open[1] }),
  ];
  return [{ via: 'self', view: shown(1, 'desk', { proxied: [proxied('redis', endpoints, bytes)] }) }];
}

test('what grows between two looks is told by the second, and endpoints share the bytes of their service', () => {
  const rates = new Rates();
  const see = (processes: readonly SeenProcess[], now: number): readonly (readonly [number, number])[] =>
    rateLan(mergeLan({ processes, instances: [] }, 0), processes, rates, now).links.map(
      ({ connectionsPerSecond, bytesPerSecond }) => [connectionsPerSecond, bytesPerSecond],
    );
  expect(see(look(10, 1_000), 0)).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(see(look(10, 5_000), 2_000)).toEqual([
    [0, 1_500],
    [0, 500],
  ]);
  // Four times as many connections as are open elsewhere.
  expect(see(look(12, 9_000, [0, 1]), 4_000)).toEqual([
    [1, 1_000],
    [0, 1_000],
  ]);
  // Too soon to say: as before.
  expect(see(look(99, 9_000, [0, 1]), 4_100)[0]).toEqual([1, 1_000]);
  // It began anew.
  expect(see(look(1, 10), 6_000)).toEqual([
    [0, 0],
    [0, 0],
  ]);
});
