import { expect, test } from 'vitest';
import { Sessions } from '../../src/engines/sessions.ts';

/** Counts what is open by endpoint, and was opened. */
function observe() {
  const open = new Map<string, number>();
  const total = new Map<string, number>();
  const sessions = new Sessions((id) => {
    open.set(id, (open.get(id) ?? 0) + 1);
    total.set(id, (total.get(id) ?? 0) + 1);
    return () => open.set(id, (open.get(id) ?? 0) - 1);
  });
  return { sessions, state: () => [...total].map(([id, count]) => [id, open.get(id), count]) };
}

test('sessions that came and went between two looks are told as opened and ended', () => {
  const { sessions, state } = observe();
  expect(sessions.count('s1', 'a', { sessions: 0, total: 0 })).toBe(0);
  expect(sessions.count('s1', 'a', { sessions: 2, total: 7 })).toBe(7);
  expect(state()).toEqual([['a', 2, 7]]);
  expect(sessions.count('s1', 'a', { sessions: 1, total: 7 })).toBe(0);
  expect(state()).toEqual([['a', 1, 7]]);
});

test('what a server carried before it was first seen counts only as far as it is open', () => {
  const { sessions, state } = observe();
  expect(sessions.count('s1', 'a', { sessions: 3, total: 900 })).toBe(3);
  expect(state()).toEqual([['a', 3, 3]]);
});

test('a server that counts from 0 again has lost what it carried', () => {
  const { sessions, state } = observe();
  sessions.count('s1', 'a', { sessions: 4, total: 4 });
  sessions.count('s1', 'a', { sessions: 1, total: 1 });
  expect(state()).toEqual([['a', 1, 5]]);
});

test('two servers of one endpoint are counted each for itself, and one that is no more ends its own', () => {
  const { sessions, state } = observe();
  sessions.count('old', 'a', { sessions: 2, total: 2 });
  sessions.count('new', 'a', { sessions: 1, total: 1 });
  sessions.forget('old');
  expect(state()).toEqual([['a', 1, 3]]);
});

test('what an haproxy that finishes carries stays open until it has ended', () => {
  const { sessions, state } = observe();
  sessions.count('s1', 'a', { sessions: 2, total: 2 });
  const end = sessions.leave();
  sessions.count('s1', 'a', { sessions: 1, total: 1 });
  expect(state()).toEqual([['a', 3, 3]]);
  end();
  end();
  expect(state()).toEqual([['a', 1, 3]]);
});
