import { expect, test } from 'vitest';
import type { PacketCount } from '../../../src/engines/nftables/counters.ts';
import type { Flow } from '../../../src/engines/nftables/flows.ts';
import { KernelTally } from '../../../src/engines/nftables/kernel-tally.ts';
import { MOST_PLACES } from '../../../src/engines/nftables/rules.ts';
import { endpoint } from '../../pool/fixtures.ts';

const AT = { address: '127.0.0.1', port: 6379 };

function placeOf(id: string, address: string) {
  return { endpoint: endpoint(id, { addresses: [address], port: 7000 }), address };
}

function flowTo(address: string): Flow {
  return { clientAddress: '127.0.0.1', clientPort: 1, listening: AT, place: `${address}|7000` };
}

function counted(
  counts: Readonly<Record<string, readonly [packets: number, bytes: number]>>,
): ReadonlyMap<string, PacketCount> {
  return new Map(Object.entries(counts).map(([name, [packets, bytes]]) => [name, { packets, bytes }]));
}

function setUp() {
  const open = new Map<string, number>();
  const tally = new KernelTally((id) => {
    open.set(id, (open.get(id) ?? 0) + 1);
    return () => void open.set(id, (open.get(id) ?? 0) - 1);
  });
  return { open, tally };
}

test('tells the pool of what opened and what ended, and counts bytes without headers', () => {
  const { open, tally } = setUp();
  expect(tally.numberOf(placeOf('a', '10.0.0.1'))).toBe(1);
  tally.keep(new Set(['10.0.0.1|7000']));
  tally.look(
    counted({ 'new-1': [3, 180], 'up-1': [4, 4 * 52 + 10], 'down-1': [1, 52 + 5] }),
    [flowTo('10.0.0.1')],
    tally.changes,
  );
  expect(open.get('a')).toBe(1);
  expect(tally.total).toEqual({ active: 1, accepted: 3, bytesUp: 10, bytesDown: 5 });
  expect(tally.addTo(new Map([['a', { bytesUp: 1, bytesDown: 1 }]])).get('a')).toEqual({ bytesUp: 11, bytesDown: 6 });
  tally.look(counted({ 'new-1': [3, 180], 'up-1': [4, 4 * 52 + 10], 'down-1': [1, 52 + 5] }), [], tally.changes);
  expect(open.get('a')).toBe(0);
});

test('a place that is not used any more is counted while it carries, and its number is free afterwards', () => {
  const { open, tally } = setUp();
  tally.numberOf(placeOf('a', '10.0.0.1'));
  tally.keep(new Set(['10.0.0.1|7000']));
  tally.look(counted({ 'new-1': [1, 60] }), [flowTo('10.0.0.1')], tally.changes);
  expect(tally.keep(new Set())).toHaveLength(1);
  tally.change(counted({ 'new-1': [1, 60] }));
  tally.look(counted({ 'new-1': [2, 120] }), [flowTo('10.0.0.1')], tally.changes);
  expect(tally.placesOf('a')).toEqual(['10.0.0.1|7000']);
  expect([...tally.listAt(new Set(['10.0.0.1|7000', '10.0.0.9|7000'])).keys()]).toEqual(['a']);
  tally.look(counted({ 'new-1': [2, 120] }), [], tally.changes);
  expect(tally.keep(new Set())).toEqual([]);
  expect(open.get('a')).toBe(0);
  // The counters of the number go on from where they were.
  expect(tally.numberOf(placeOf('b', '10.0.0.2'))).toBe(1);
  tally.keep(new Set(['10.0.0.2|7000']));
  tally.look(counted({ 'new-1': [3, 180] }), [flowTo('10.0.0.2')], tally.changes);
  expect(tally.total).toMatchObject({ active: 1, accepted: 3 });
  expect(open.get('b')).toBe(1);
});

test('who was sent there before the rules were changed, or while nobody looked, is not forgotten', () => {
  const { tally } = setUp();
  tally.numberOf(placeOf('a', '10.0.0.1'));
  tally.keep(new Set(['10.0.0.1|7000']));
  const counts = counted({ 'new-1': [1, 60] });
  tally.change(counts);
  const before = tally.changes;
  tally.keep(new Set());
  tally.look(counts, [], tally.changes);
  expect(tally.placesOf('a')).toHaveLength(1);
  tally.change(counts);
  tally.look(counts, [], before);
  expect(tally.placesOf('a')).toHaveLength(1);
  tally.look(counts, [], tally.changes);
  expect(tally.placesOf('a')).toEqual([]);
});

test('where it is not known who carries a connection, nobody is forgotten', () => {
  const { tally } = setUp();
  tally.numberOf(placeOf('a', '10.0.0.1'));
  tally.keep(new Set(['10.0.0.1|7000']));
  const counts = counted({ 'new-1': [1, 60] });
  const { clientAddress, clientPort, listening } = flowTo('10.0.0.1');
  tally.keep(new Set());
  tally.change(counts);
  tally.look(counts, [{ clientAddress, clientPort, listening }], tally.changes);
  expect(tally.keep(new Set())).toHaveLength(1);
  expect(tally.numberOf(placeOf('b', '10.0.0.2'))).toBe(2);
  tally.keep(new Set(['10.0.0.2|7000']));
  tally.look(counts, [], tally.changes);
  expect(tally.placesOf('a')).toEqual([]);
});

test('says from where a packet has come, once', () => {
  const { tally } = setUp();
  tally.numberOf(placeOf('a', '10.0.0.1'));
  tally.numberOf(placeOf('b', '10.0.0.2'));
  const { heard } = tally.look(counted({ 'up-1': [9, 468], 'down-2': [1, 52] }), [], tally.changes);
  expect(heard).toEqual(new Set(['10.0.0.2|7000']));
  // Taken in with a change of the rules, between two looks.
  tally.change(counted({ 'up-1': [9, 468], 'down-1': [1, 52], 'down-2': [1, 52] }));
  const counts = counted({ 'up-1': [9, 468], 'down-1': [1, 52], 'down-2': [1, 52] });
  expect(tally.look(counts, [], tally.changes).heard).toEqual(new Set(['10.0.0.1|7000']));
  expect(tally.look(counts, [], tally.changes).heard).toEqual(new Set());
});

test('says who refused, and that somebody tried again, once', () => {
  const { tally } = setUp();
  tally.numberOf(placeOf('a', '10.0.0.1'));
  const counts = counted({ 'new-1': [1, 60], 'refused-1': [1, 40], again: [1, 60] });
  tally.take(counts);
  expect(tally.look(counts, [], tally.changes)).toMatchObject({ refused: new Set(['a']), isAgain: true });
  expect(tally.look(counts, [], tally.changes)).toMatchObject({ refused: new Set(), isAgain: false });
  // Engine node has counted the second try as its own.
  expect(tally.total.accepted).toBe(0);
});

test('an nft that starts again counts from 0 on', () => {
  const { tally } = setUp();
  tally.numberOf(placeOf('a', '10.0.0.1'));
  tally.keep(new Set(['10.0.0.1|7000']));
  tally.look(counted({ 'new-1': [5, 300] }), [], tally.changes);
  tally.renew();
  tally.look(counted({ 'new-1': [2, 120] }), [], tally.changes);
  expect(tally.total.accepted).toBe(7);
});

test('there are so many numbers and no more', () => {
  const { tally } = setUp();
  for (let index = 0; index < MOST_PLACES; index++)
    tally.numberOf(placeOf(`e${index}`, `10.0.${index >> 8}.${index & 255}`));
  expect(tally.numberOf(placeOf('last', '10.9.9.9'))).toBeUndefined();
});
