import { expect, test } from 'vitest';
import { SourceMirror } from '../../src/workers/source-mirror.ts';
import { endpoint } from '../pool/fixtures.ts';

test('a source that has said nothing is repeated by nothing, and one that found nobody by an empty set', () => {
  const mirror = new SourceMirror();
  expect(mirror.replay()).toEqual([]);
  mirror.apply({ kind: 'reset', endpoints: [] });
  expect(mirror.replay()).toEqual([{ kind: 'reset', endpoints: [] }]);
});

test('who is there is told as one set, as it was told last', () => {
  const mirror = new SourceMirror();
  mirror.apply({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
  mirror.apply({ kind: 'add', endpoints: [endpoint('a', { port: 7 })] });
  mirror.apply({ kind: 'remove', ids: ['b'] });
  expect(mirror.replay()).toEqual([{ kind: 'reset', endpoints: [endpoint('a', { port: 7 })] }]);
  expect(mirror.find('a')?.port).toBe(7);
  expect(mirror.find('b')).toBeUndefined();
});

test('who is not heard of any more is told, and that it is not: it may still answer', () => {
  const mirror = new SourceMirror();
  mirror.apply({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
  mirror.apply({ kind: 'gone', ids: ['a', 'never heard of'], reason: 'expired', isUnasked: true });
  expect(mirror.replay()).toEqual([
    { kind: 'reset', endpoints: [endpoint('b'), endpoint('a')] },
    { kind: 'gone', ids: ['a'], reason: 'expired', isUnasked: true },
  ]);
  mirror.apply({ kind: 'add', endpoints: [endpoint('a')] });
  expect(mirror.replay()).toEqual([{ kind: 'reset', endpoints: [endpoint('b'), endpoint('a')] }]);
});

test('of those that are gone so many are kept at most', () => {
  const mirror = new SourceMirror();
  const ids = Array.from({ length: 3_000 }, (_, index) => `${index}`);
  mirror.apply({ kind: 'add', endpoints: ids.map((id) => endpoint(id)) });
  mirror.apply({ kind: 'gone', ids });
  expect(mirror.replay()).toHaveLength(1 + 1_024);
});
