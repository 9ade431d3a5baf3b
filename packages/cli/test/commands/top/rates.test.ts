import { expect, test } from 'vitest';
import { rate } from '../../../src/commands/top/rates.ts';
import { row } from './rows.ts';

test('rates are what came between two looks, in a second', () => {
  const before = { at: 1_000, rows: [row()] };
  const now = {
    at: 3_000,
    rows: [row({ connections: { active: 1, total: 1_244 }, bytes: { up: 1_200, down: 2_000 } })],
  };
  expect(rate(undefined, before)[0]?.rates).toBeUndefined();
  expect(rate(before, now)[0]?.rates).toEqual({ connections: 5, bytes: 100, bytesUp: 100, bytesDown: 0 });
});

test('another process, and one that counts anew, has no negative rate, and who counts nothing has none', () => {
  const before = { at: 0, rows: [row()] };
  expect(rate(before, { at: 1_000, rows: [row({ pid: 12 })] })[0]?.rates).toBeUndefined();
  const anew = row({ connections: { active: 0, total: 3 }, bytes: { up: 0, down: 0 } });
  expect(rate(before, { at: 1_000, rows: [anew] })[0]?.rates).toEqual({
    connections: 0,
    bytes: 0,
    bytesUp: 0,
    bytesDown: 0,
  });
  const { connections: _, bytes: __, ...uncounted } = row();
  const looks = { at: 0, rows: [uncounted] };
  expect(rate(looks, { ...looks, at: 1_000 })[0]?.rates).toBeUndefined();
  expect(rate(before, before)[0]?.rates).toBeUndefined();
});
