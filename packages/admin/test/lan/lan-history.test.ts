import { expect, test } from 'vitest';
import { BUCKET_MS, LanHistory, MAX_POINTS, MAX_SENTENCES } from '../../src/lan/lan-history.ts';
import type { LanView } from '../../src/lan/lan-view.ts';

function view(at: number, bytesPerSecond = 0): LanView {
  const link = {
    id: 'l',
    from: 'a',
    service: 's',
    to: 'b',
    target: 't',
    state: 'ready',
    total: 0,
    failures: 0,
  } as const;
  return { at, machines: [], links: [{ ...link, active: 2, connectionsPerSecond: 1, bytesPerSecond }] };
}

test('of each five seconds the latest look counts, and ten minutes are kept', () => {
  const history = new LanHistory();
  for (let at = 0; at < 2 * MAX_POINTS * BUCKET_MS; at += 1_000) history.look(view(at, at));
  expect(history.points).toHaveLength(MAX_POINTS);
  expect(history.points.at(-1)).toEqual({
    at: (2 * MAX_POINTS - 1) * BUCKET_MS,
    bytesPerSecond: 2 * MAX_POINTS * BUCKET_MS - 1_000,
    connectionsPerSecond: 1,
    active: 2,
  });
  history.look(view(9_000_000));
  expect(history.points).toHaveLength(1);
});

test('of what happened the latest is kept, the latest first', () => {
  const history = new LanHistory();
  for (let at = 0; at <= MAX_SENTENCES; at++) history.tell([{ at, tone: 'note', text: `${at}` }]);
  expect(history.story).toHaveLength(MAX_SENTENCES);
  expect([history.story[0]?.at, history.story.at(-1)?.at]).toEqual([MAX_SENTENCES, 1]);
});
