import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Room, type Share } from '../src/room.ts';

/** Enters until there is no place. */
function fill(share: Share): readonly (() => void)[] {
  const leaving: (() => void)[] = [];
  for (let leave = share.enter(); leave !== undefined; leave = share.enter()) leaving.push(leave);
  return leaving;
}

test('a service that is alone has the whole room, and a place that is given back can be taken again', () => {
  const share = new Room(64).open();
  const leaving = fill(share);
  expect(leaving).toHaveLength(64);
  leaving[0]?.();
  leaving[0]?.();
  expect(fill(share)).toHaveLength(1);
});

test('a greedy service leaves the others half of their equal part, and all together take no more than there is', () => {
  const room = new Room(64);
  const [greedy, second, third] = [room.open(), room.open(), room.open()];
  // 4 places are the listeners of the second and the third: 60, of which each keeps 10.
  expect(fill(greedy)).toHaveLength(40);
  expect(fill(second)).toHaveLength(10);
  expect(fill(third)).toHaveLength(10);
  expect(room.taken).toBe(60);
});

test('what a closed share kept is free for the rest, and what it still carries counts', () => {
  const room = new Room(20);
  const [staying, leaving] = [room.open(), room.open()];
  const left = fill(leaving);
  expect(left).toHaveLength(14);
  leaving.close();
  leaving.close();
  expect(fill(staying)).toHaveLength(6);
  for (const leave of left) leave();
  expect(fill(staying)).toHaveLength(14);
});

test('with more services than places each may have one while there is one', () => {
  const room = new Room(3);
  const shares = Array.from({ length: 50 }, () => room.open());
  expect(room.places).toBe(1);
  expect(shares.flatMap((share) => fill(share))).toHaveLength(1);
});

test('whatever comes and goes, the room is never overfull and nobody is refused what is kept for him', () => {
  const step = fc.record({ share: fc.nat(4), leaves: fc.boolean() });
  fc.assert(
    fc.property(fc.integer({ min: 12, max: 200 }), fc.array(step, { maxLength: 400 }), (places, steps) => {
      const room = new Room(places);
      const shares = Array.from({ length: 5 }, () => room.open());
      const inside: (() => void)[][] = shares.map(() => []);
      for (const { share: index, leaves } of steps) {
        const share = shares[index];
        if (share === undefined) continue;
        if (leaves) {
          inside[index]?.pop()?.();
          continue;
        }
        const isOwed = (inside[index]?.length ?? 0) < share.kept;
        const leave = share.enter();
        if (leave !== undefined) inside[index]?.push(leave);
        if (isOwed) expect(leave).toBeDefined();
        expect(room.taken).toBeLessThanOrEqual(room.places);
        expect(room.taken).toBe(inside.flat().length);
      }
    }),
  );
});
