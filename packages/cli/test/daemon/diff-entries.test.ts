import fc from 'fast-check';
import { expect, test } from 'vitest';
import { diffEntries } from '../../src/daemon/diff-entries.ts';

const redis = { service: 'redis', weight: 1, txt: new Map([['a', new Uint8Array([1])]]) };
const heavier = { ...redis, weight: 2 };
const api = { service: 'api', weight: 1, txt: new Map() };

test('an entry that is equal is kept, wherever it stands', () => {
  const again = { ...redis, txt: new Map([['a', new Uint8Array([1])]]) };
  const diff = diffEntries([redis, api], [api, again]);
  expect(diff).toEqual({ kept: [api, redis], changed: [], removed: [], added: [] });
  expect(diff.kept[1]).toBe(redis);
});

test('an entry of the same service is changed, others are added and removed', () => {
  const web = { ...api, service: 'web' };
  expect(diffEntries([redis, api], [heavier, web])).toEqual({
    kept: [],
    changed: [{ before: redis, after: heavier }],
    removed: [api],
    added: [web],
  });
});

test('of two entries of one service the equal one is kept, also when it moved', () => {
  expect(diffEntries([redis, heavier], [heavier, { ...redis, weight: 3 }])).toEqual({
    kept: [heavier],
    changed: [{ before: redis, after: { ...redis, weight: 3 } }],
    removed: [],
    added: [],
  });
});

test('every entry before and after is accounted for once', () => {
  const entry = fc.record({ service: fc.constantFrom('a', 'b', 'c'), weight: fc.integer({ min: 0, max: 2 }) });
  fc.assert(
    fc.property(fc.array(entry), fc.array(entry), (before, after) => {
      const { kept, changed, removed, added } = diffEntries(before, after);
      const befores = [...kept, ...changed.map((one) => one.before), ...removed];
      expect(new Set(befores)).toEqual(new Set(before));
      expect(befores).toHaveLength(before.length);
      expect(kept.length + changed.length + added.length).toBe(after.length);
    }),
  );
});
