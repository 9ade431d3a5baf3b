import { describe, expect, test } from 'vitest';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import { MAX_ENDPOINTS_PER_SOURCE, Merge, type MergeMode } from '../../src/pool/merge.ts';
import type { Update } from '../../src/pool/update.ts';
import { endpoint } from './fixtures.ts';

const nobodyProven = (): boolean => false;
const add = (...endpoints: readonly Endpoint[]): Update => ({ kind: 'add', endpoints });
const reset = (...endpoints: readonly Endpoint[]): Update => ({ kind: 'reset', endpoints });

function createMerge(mode: MergeMode) {
  const merge = new Merge(mode, ['mdns', 'static']);
  return {
    merge,
    apply: (source: string, update: Update) => merge.apply(source, update, nobodyProven),
    ids: () => merge.endpoints.map(({ id }) => id),
  };
}

describe('union', () => {
  test('holds every source’s endpoints, in the order in which the sources were written', () => {
    const { apply, ids } = createMerge('union');
    apply('static', reset(endpoint('s1')));
    apply('mdns', add(endpoint('m1')));
    expect(ids()).toEqual(['m1', 's1']);
  });

  test('one address and port known to two sources is one endpoint, that of the first source', () => {
    const { apply, ids } = createMerge('union');
    apply('static', reset(endpoint('s1', { addresses: ['10.0.0.9'] })));
    const { set, departed } = apply('mdns', add(endpoint('m1', { addresses: ['10.0.0.9', 'fe80::9%eth0'] })));
    expect(ids()).toEqual(['m1']);
    expect(set.map(({ id }) => id)).toEqual(['m1']);
    expect(departed).toEqual([{ id: 's1', how: 'superseded', reason: 'another of the same address takes its place' }]);
  });

  test('the same address on another port is another endpoint', () => {
    const { apply, ids } = createMerge('union');
    apply('static', reset(endpoint('s1', { addresses: ['10.0.0.9'], port: 1 })));
    apply('mdns', add(endpoint('m1', { addresses: ['10.0.0.9'], port: 2 })));
    expect(ids()).toEqual(['m1', 's1']);
  });

  test('two instances of one source at one place stay two: that is the source’s affair', () => {
    const { apply, ids } = createMerge('union');
    apply('mdns', add(endpoint('m1', { addresses: ['10.0.0.9'] }), endpoint('m2', { addresses: ['10.0.0.9'] })));
    expect(ids()).toEqual(['m1', 'm2']);
  });

  test('when the first source loses a shared place, the second one’s endpoint stands in', () => {
    const { apply, ids } = createMerge('union');
    apply('static', reset(endpoint('s1', { addresses: ['10.0.0.9'] })));
    apply('mdns', add(endpoint('m1', { addresses: ['10.0.0.9'] })));
    const { set, departed } = apply('mdns', { kind: 'gone', ids: ['m1'] });
    expect(set.map(({ id }) => id)).toEqual(['s1']);
    expect(departed).toMatchObject([{ id: 'm1', how: 'superseded' }]);
    expect(ids()).toEqual(['s1']);
  });
});

describe('fallback', () => {
  test('holds the endpoints of the first source that has any', () => {
    const { apply, ids } = createMerge('fallback');
    apply('static', reset(endpoint('s1')));
    expect(ids()).toEqual(['s1']);
    const { departed } = apply('mdns', add(endpoint('m1')));
    expect(ids()).toEqual(['m1']);
    expect(departed).toMatchObject([{ id: 's1', how: 'superseded' }]);
  });

  test('falls back when the first source lost its last, and returns when it has one again', () => {
    const { apply, ids } = createMerge('fallback');
    apply('static', reset(endpoint('s1')));
    apply('mdns', add(endpoint('m1'), endpoint('m2')));
    apply('mdns', { kind: 'remove', ids: ['m1'] });
    expect(ids()).toEqual(['m2']);
    expect(apply('mdns', { kind: 'gone', ids: ['m2'] }).departed).toMatchObject([{ id: 'm2', how: 'gone' }]);
    expect(ids()).toEqual(['s1']);
    apply('mdns', add(endpoint('m2')));
    expect(ids()).toEqual(['m2']);
  });

  test('what the second source learns meanwhile counts when its turn comes', () => {
    const { apply, ids } = createMerge('fallback');
    apply('mdns', add(endpoint('m1')));
    expect(apply('static', reset(endpoint('s1')))).toEqual({ set: [], departed: [] });
    apply('static', reset(endpoint('s2')));
    apply('mdns', { kind: 'remove', ids: ['m1'] });
    expect(ids()).toEqual(['s2']);
  });
});

describe('updates', () => {
  test('an endpoint that did not change changes nothing', () => {
    const { apply } = createMerge('union');
    apply('mdns', add(endpoint('m1')));
    expect(apply('mdns', add(endpoint('m1')))).toEqual({ set: [], departed: [] });
    expect(apply('mdns', add(endpoint('m1', { port: 7 }))).set).toMatchObject([{ id: 'm1', port: 7 }]);
  });

  test('a reset removes what it does not list', () => {
    const { apply, ids } = createMerge('union');
    apply('static', reset(endpoint('s1'), endpoint('s2')));
    const { set, departed } = apply('static', reset(endpoint('s2'), endpoint('s3')));
    expect(set.map(({ id }) => id)).toEqual(['s3']);
    expect(departed).toEqual([{ id: 's1', how: 'removed', reason: 'no longer listed' }]);
    expect(ids()).toEqual(['s2', 's3']);
  });

  test('the source’s reason is passed on', () => {
    const { apply } = createMerge('union');
    apply('mdns', add(endpoint('m1')));
    expect(apply('mdns', { kind: 'remove', ids: ['m1'], reason: 'said goodbye' }).departed).toEqual([
      { id: 'm1', how: 'removed', reason: 'said goodbye' },
    ]);
  });

  test('unknown ids and unknown sources change nothing', () => {
    const { apply } = createMerge('union');
    apply('mdns', add(endpoint('m1')));
    expect(apply('mdns', { kind: 'remove', ids: ['nobody'] })).toEqual({ set: [], departed: [] });
    expect(apply('static', { kind: 'gone', ids: ['m1'] })).toEqual({ set: [], departed: [] });
    expect(apply('elsewhere', reset(endpoint('x')))).toEqual({ set: [], departed: [] });
  });
});

describe('the bound of a source', () => {
  const flood = Array.from({ length: MAX_ENDPOINTS_PER_SOURCE + 50 }, (_, index) => endpoint(`fake ${index}`));

  test('a flood keeps out itself: the oldest that never carried a connection makes room', () => {
    const merge = new Merge('union', ['mdns']);
    merge.apply('mdns', add(endpoint('genuine')), nobodyProven);
    merge.apply('mdns', add(...flood), (id) => id === 'genuine');
    const ids = merge.endpoints.map(({ id }) => id);
    expect(ids).toHaveLength(MAX_ENDPOINTS_PER_SOURCE);
    expect(ids).toContain('genuine');
    expect(ids).toContain(flood.at(-1)?.id);
  });

  test('a flood from one address takes the place of nobody at another, proven or not', () => {
    const merge = new Merge('union', ['mdns']);
    merge.apply('mdns', add(endpoint('genuine', { addresses: ['10.99.0.1'] })), nobodyProven);
    for (const fake of flood) merge.apply('mdns', add({ ...fake, addresses: ['10.99.0.3'] }), nobodyProven);
    merge.apply('mdns', add(endpoint('late', { addresses: ['10.99.0.4'] })), nobodyProven);
    for (const fake of flood) merge.apply('mdns', add({ ...fake, addresses: ['10.99.0.3'] }), nobodyProven);
    const ids = merge.endpoints.map(({ id }) => id);
    expect(ids).toHaveLength(MAX_ENDPOINTS_PER_SOURCE);
    expect(ids).toEqual(expect.arrayContaining(['genuine', 'late']));
  });

  test('hosts that flood keep out themselves: one that never carried a connection stays', () => {
    const merge = new Merge('union', ['mdns']);
    merge.apply('mdns', add(endpoint('genuine', { announcer: 'good' })), nobodyProven);
    for (let round = 0; round < 60; round++) {
      for (let host = 0; host < 20; host++) {
        merge.apply('mdns', add(endpoint(`fake ${round} of ${host}`, { announcer: `rogue ${host}` })), nobodyProven);
      }
    }
    merge.apply('mdns', add(endpoint('late', { announcer: 'new' })), nobodyProven);
    const ids = merge.endpoints.map(({ id }) => id);
    expect(ids).toHaveLength(MAX_ENDPOINTS_PER_SOURCE);
    expect(ids).toEqual(expect.arrayContaining(['genuine', 'late']));
  });

  test('as many hosts as there is room for keep each other, and who comes after them is not taken', () => {
    const merge = new Merge('union', ['mdns']);
    for (let host = 0; host < MAX_ENDPOINTS_PER_SOURCE; host++) {
      merge.apply('mdns', add(endpoint(`of ${host}`, { announcer: `${host}` })), nobodyProven);
    }
    expect(merge.apply('mdns', add(endpoint('late', { announcer: 'new' })), nobodyProven).set).toEqual([]);
  });

  test('where all have carried connections, a new one is not taken, but changes still are', () => {
    const merge = new Merge('union', ['mdns']);
    merge.apply('mdns', add(...flood.slice(0, MAX_ENDPOINTS_PER_SOURCE)), nobodyProven);
    expect(merge.apply('mdns', add(endpoint('late')), () => true)).toEqual({ set: [], departed: [] });
    expect(merge.apply('mdns', add(endpoint('fake 3', { port: 9 })), () => true).set).toHaveLength(1);
  });

  test('a longer list is cut', () => {
    const merge = new Merge('union', ['static']);
    merge.apply('static', reset(...flood), nobodyProven);
    expect(merge.endpoints).toHaveLength(MAX_ENDPOINTS_PER_SOURCE);
  });
});
