import { expect, test } from 'vitest';
import { measureWidth } from '../../page/curve.ts';
import { FAREWELL_MS, follow, listRows } from '../../page/model.ts';
import { count, formatRate } from '../../page/numbers.ts';
import { mergeLan, type SeenProcess } from '../../src/lan/merge-lan.ts';
import { announced, endpoint, proxied, shown } from '../lan-fixture.ts';

function see(hasNas: boolean) {
  const user = shown(1, 'desk', { proxied: [proxied('redis', hasNas ? [endpoint('redis on nas')] : [])] });
  const nas = shown(2, 'nas', { announced: [announced('redis', 'nas')] });
  const others: readonly SeenProcess[] = hasNas ? [{ via: 'peer', view: nas }] : [];
  return mergeLan({ processes: [{ via: 'self', view: user }, ...others], instances: [] }, 0);
}

test('what has gone is shown as gone for a while, and what comes back is there', () => {
  const first = follow(undefined, see(true), 0);
  const gone = follow(first, see(false), 1_000);
  expect(gone.machines.map(({ name, goneAt }) => [name, goneAt])).toEqual([
    ['desk', undefined],
    ['nas', 1_000],
  ]);
  expect(gone.links).toMatchObject([{ goneAt: 1_000 }]);
  const later = follow(gone, see(false), 1_000 + FAREWELL_MS - 1);
  expect(later.machines).toHaveLength(2);
  expect(follow(later, see(false), 1_000 + FAREWELL_MS).machines).toHaveLength(1);
  expect(follow(later, see(true), 5_000).links[0]?.goneAt).toBeUndefined();
});

test('of many machines each shows what is used and what is not well, and counts the rest', () => {
  const services = Array.from({ length: 30 }, (_, each) =>
    announced(`s${each}`, 'nas', { state: each === 5 ? 'withdrawn' : 'announced' }),
  );
  const [machine] = follow(
    undefined,
    mergeLan({ processes: [{ via: 'peer', view: shown(2, 'nas', { announced: services }) }], instances: [] }, 0),
    0,
  ).machines;
  if (machine === undefined) throw new Error('no machine');
  const few = listRows(machine, 3, () => false);
  expect(few).toHaveLength(14);
  expect(few.at(-1)).toMatchObject({ kind: 'rest', count: 17 });
  const many = listRows(machine, 100, (id) => id.startsWith('_s7.'));
  expect(many.map((row) => (row.kind === 'service' ? row.service.service : row))).toMatchObject([
    's5',
    's7',
    { kind: 'rest', count: 28 },
  ]);
});

test('a line grows with its traffic, within bounds', () => {
  const widths = [0, 10, 10_000, 1_000_000, 100_000_000, 1e15].map((bytes) => measureWidth(bytes, 0));
  expect(widths).toEqual(widths.toSorted((a, b) => a - b));
  expect([widths[0], widths.at(-1)]).toEqual([1.5, 11]);
  expect(measureWidth(0, 200)).toBeGreaterThan(4);
});

test('numbers are for people', () => {
  expect([0, 999, 1_200, 999_600, 1.25e9].map(formatRate)).toEqual([
    '0 B/s',
    '999 B/s',
    '1.2 kB/s',
    '1.0 MB/s',
    '1.3 GB/s',
  ]);
  expect([0, 1, 2].map((number) => count(number, 'failure'))).toEqual(['0 failures', '1 failure', '2 failures']);
});
