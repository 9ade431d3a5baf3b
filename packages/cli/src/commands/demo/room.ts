/** Clients that wait at once, at first and at most. */
export const FIRST_ROOM = 16;
const MOST_ROOM = 512;
/** A proxy turns away who would wait for three seconds. */
const SLOW_MS = 1_000;

/** For how many clients there is room after one was answered: a slow machine is not asked for more than it can do. */
export function resizeRoom(room: number, tookMs: number): number {
  return tookMs > SLOW_MS ? Math.max(1, Math.floor(room / 2)) : Math.min(MOST_ROOM, room + 1);
}
