import { expect, test } from 'vitest';
import { MAX_RECENT_EVENTS, RecentEvents } from '../src/recent-events.ts';

test('the newest stand first and the oldest make room', () => {
  const recent = new RecentEvents();
  for (let at = 1; at <= 1000; at++) recent.add({ event: `e${at}` }, at);
  expect(recent.list()).toHaveLength(MAX_RECENT_EVENTS);
  expect(recent.list()[0]).toEqual({ at: 1000, event: { event: 'e1000' } });
  expect(recent.list().at(-1)?.at).toBe(1001 - MAX_RECENT_EVENTS);
});
