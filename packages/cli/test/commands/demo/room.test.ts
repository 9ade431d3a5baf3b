import { expect, test } from 'vitest';
import { FIRST_ROOM, resizeRoom } from '../../../src/commands/demo/room.ts';

/** The longest wait of whom a machine answers one after the other, `perSecond`, once it has answered a hundred. */
function waitLongest(perSecond: number): number {
  let room = FIRST_ROOM;
  let longest = 0;
  for (let answered = 0; answered < 1_000; answered++) {
    const tookMs = (room * 1_000) / perSecond;
    if (answered >= 100) longest = Math.max(longest, tookMs);
    room = resizeRoom(room, tookMs);
  }
  return longest;
}

test.each([5, 12, 50, 200, 600])('a machine that answers %i a second has nobody wait for long', (perSecond) => {
  expect(waitLongest(perSecond)).toBeLessThan(1_300);
});

test('a machine that answers at once has room for all that come', () => {
  expect(Array.from({ length: 1_000 }).reduce((room: number) => resizeRoom(room, 2), FIRST_ROOM)).toBe(512);
});
