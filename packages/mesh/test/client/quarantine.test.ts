import { expect, test } from 'vitest';
import { Quarantine } from '../../src/client/quarantine.ts';

const MINUTE_MS = 60_000;

test('a place is kept away from for a minute, then two, a quarter of an hour at most', () => {
  const quarantine = new Quarantine();
  let now = 0;
  const terms: number[] = [];
  for (let conviction = 0; conviction < 6; conviction++) {
    const { forMs = 0 } = quarantine.convict('a', 'is somebody else', now) ?? {};
    terms.push(forMs / MINUTE_MS);
    expect(quarantine.explain('a', now + forMs - 1)).toBe('is somebody else');
    expect(quarantine.explain('a', now + forMs)).toBeUndefined();
    now += forMs;
  }
  expect(terms).toEqual([1, 2, 4, 8, 15, 15]);
});

test('only the first time is new, and dials of one moment are one event', () => {
  const quarantine = new Quarantine();
  expect(quarantine.convict('a', 'x', 0)?.isFirst).toBe(true);
  expect(quarantine.convict('a', 'x', 1)).toBeUndefined();
  expect(quarantine.convict('a', 'x', MINUTE_MS)?.isFirst).toBe(false);
  quarantine.acquit('a');
  expect(quarantine.convict('a', 'x', 2 * MINUTE_MS)).toMatchObject({ isFirst: true, forMs: MINUTE_MS });
});

test('who breaks off without a word is doubted, and convicted when it does so twice in a row', () => {
  const quarantine = new Quarantine();
  expect(quarantine.suspect('a', 'broke off', 0, 0)).toBeUndefined();
  expect(quarantine.explain('a', 0)).toBeUndefined();
  quarantine.acquit('a');
  expect(quarantine.suspect('a', 'broke off', 1, 1)).toBeUndefined();
  expect(quarantine.suspect('a', 'broke off', 2, 2)).toMatchObject({ forMs: MINUTE_MS });
});

test('who dies while several wait for its word has broken off once', () => {
  const quarantine = new Quarantine();
  expect(quarantine.suspect('a', 'broke off', 10, 0)).toBeUndefined();
  expect(quarantine.suspect('a', 'broke off', 11, 5)).toBeUndefined();
  expect(quarantine.explain('a', 12)).toBeUndefined();
  expect(quarantine.suspect('a', 'broke off', 13, 12)).toMatchObject({ forMs: MINUTE_MS });
});

test('1,024 places are remembered, and the oldest is forgotten first', () => {
  const quarantine = new Quarantine();
  for (let place = 0; place < 2_000; place++) quarantine.convict(`${place}`, 'x', 0);
  expect(quarantine.size).toBe(1_024);
  expect(quarantine.explain('0', 0)).toBeUndefined();
  expect(quarantine.explain('1999', 0)).toBe('x');
  quarantine.clear();
  expect(quarantine.size).toBe(0);
});
