import { seededRandom } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { BalancerName } from '../../src/pool/balancer.ts';
import { DialBudget } from '../../src/pool/dial-budget.ts';
import type { DialFailure } from '../../src/pool/dial-failure.ts';
import type { Endpoint } from '../../src/pool/endpoint.ts';
import { Pool, type PoolOptions } from '../../src/pool/pool.ts';
import type { PoolEvent } from '../../src/pool/pool-event.ts';
import { MAX_STALE } from '../../src/pool/stale.ts';
import type { Update } from '../../src/pool/update.ts';
import { countDraws, endpoint, picked } from './fixtures.ts';

const NONE: ReadonlySet<string> = new Set();
const DAY_MS = 24 * 60 * 60 * 1000;

function createPool(endpoints: readonly Endpoint[] = [], options: Partial<PoolOptions> = {}): Pool {
  const pool = new Pool({
    sources: ['mdns', 'static'],
    merge: 'union',
    balance: 'p2c',
    random: seededRandom(1),
    ...options,
  });
  pool.apply('mdns', { kind: 'add', endpoints }, 0);
  return pool;
}

const add = (...endpoints: readonly Endpoint[]): Update => ({ kind: 'add', endpoints });
const remove = (...ids: readonly string[]): Update => ({ kind: 'remove', ids, reason: 'said goodbye' });
const gone = (...ids: readonly string[]): Update => ({ kind: 'gone', ids, reason: 'not heard of again' });
const pickId = (pool: Pool, now = 0, exclude: Iterable<string> = []): string | undefined =>
  picked(pool.pick({ exclude: new Set(exclude) }, now))?.id;
const pickMany = (pool: Pool, now = 0): readonly string[] =>
  Object.keys(countDraws(200, () => pickId(pool, now))).sort();
const stateOf = (pool: Pool, id: string): string | undefined =>
  pool.snapshot().find((status) => status.id === id)?.state;
const kindsOf = (events: readonly PoolEvent[]): readonly string[] => events.map(({ kind }) => kind);

describe('an empty pool', () => {
  test('has no endpoint, nothing to pick and nothing to wait for', () => {
    const pool = createPool();
    expect(pool.hasEndpoint()).toBe(false);
    expect(pickId(pool)).toBeUndefined();
    expect(pool.order(0)).toEqual([]);
    expect(pool.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
    expect(pool.advance(5)).toEqual([]);
  });

  test('takes no harm from outcomes of endpoints that it does not know', () => {
    const pool = createPool();
    pool.opened('nobody');
    pool.closed('nobody', 1);
    expect(pool.dialFailed('nobody', 'refused', 0)).toEqual([]);
    expect(pool.dialSucceeded('nobody', 0)).toEqual([]);
  });
});

describe('membership', () => {
  test('tells what was added, changed and removed, and why', () => {
    const pool = createPool();
    expect(pool.apply('mdns', add(endpoint('a')), 0)).toEqual([
      { kind: 'added', endpoint: endpoint('a'), state: 'ready' },
    ]);
    expect(pool.apply('mdns', add(endpoint('a')), 0)).toEqual([]);
    const changed = endpoint('a', { weight: 5 });
    expect(pool.apply('mdns', add(changed), 0)).toEqual([{ kind: 'updated', endpoint: changed, state: 'ready' }]);
    expect(pool.apply('mdns', remove('a'), 0)).toEqual([
      { kind: 'removed', endpoint: changed, state: 'ready', reason: 'said goodbye', isLost: true },
    ]);
  });

  test('tells in which state it is, or was when it left', () => {
    const pool = createPool();
    const leaving = endpoint('a', { draining: true });
    expect(pool.apply('mdns', add(leaving), 0)).toMatchObject([{ kind: 'added', state: 'draining' }]);
    expect(pool.apply('mdns', add(endpoint('a')), 0)).toMatchObject([
      { kind: 'updated', state: 'ready' },
      { kind: 'state-changed', from: 'draining', state: 'ready' },
    ]);
    pool.apply('mdns', add(endpoint('b'), endpoint('c')), 0);
    pool.dialFailed('a', 'refused', 0);
    expect(pool.apply('mdns', add(endpoint('a', { weight: 5 })), 0)).toMatchObject([
      { kind: 'updated', state: 'ejected' },
    ]);
    pool.apply('mdns', gone('b'), 0);
    expect(pool.apply('mdns', remove('a', 'b', 'c'), 0)).toMatchObject([
      { kind: 'removed', endpoint: { id: 'a' }, state: 'ejected' },
      { kind: 'removed', endpoint: { id: 'c' }, state: 'ready' },
      { kind: 'removed', endpoint: { id: 'b' }, state: 'stale' },
    ]);
  });

  test('the state in which one left is known until its last connection ends', () => {
    const pool = createPool([endpoint('a'), endpoint('b')]);
    pool.opened('a');
    pool.dialFailed('a', 'refused', 0);
    expect(pool.stateOf('a')).toBe('ejected');
    pool.apply('mdns', remove('a', 'b'), 0);
    expect([pool.stateOf('a'), pool.stateOf('b')]).toEqual(['ejected', undefined]);
    pool.closed('a', 1);
    expect(pool.stateOf('a')).toBeUndefined();
  });

  test('a goodbye takes the endpoint out of the picks at once', () => {
    const pool = createPool([endpoint('a'), endpoint('b')]);
    pool.apply('mdns', remove('a'), 0);
    expect(pickMany(pool)).toEqual(['b']);
  });

  test('an endpoint that another source’s takes the place of is removed but not lost', () => {
    const pool = createPool();
    pool.apply('static', { kind: 'reset', endpoints: [endpoint('s', { addresses: ['10.0.0.9'] })] }, 0);
    const events = pool.apply('mdns', add(endpoint('m', { addresses: ['10.0.0.9'] })), 0);
    expect(events).toMatchObject([{ kind: 'added' }, { kind: 'removed', endpoint: { id: 's' }, isLost: false }]);
  });
});

describe('near ones first', () => {
  const FAR = ['far', 'far2', 'urgent'];
  const distances = () => (one: Endpoint) => (one.id === 'here' ? 0 : FAR.includes(one.id) ? 2 : 1);
  const near = (): Pool => {
    const link = [endpoint('link', { weight: 3 }), endpoint('link2', { weight: 1 })];
    return createPool([endpoint('far'), endpoint('far2'), ...link, endpoint('here')], { distances });
  };

  test('this machine goes first, then its subnets, then the rest, each as soon as the nearer ones are not ready', () => {
    const pool = near();
    expect(pickMany(pool)).toEqual(['here']);
    expect(pickId(pool, 0, ['here'])).toMatch(/^link/);
    pool.apply('mdns', remove('here'), 0);
    expect(pickMany(pool)).toEqual(['link', 'link2']);
    for (const id of ['link', 'link2']) {
      for (let dial = 0; dial < 10; dial++) pool.dialFailed(id, 'refused', 0);
    }
    expect(pickMany(pool)).toEqual(['far', 'far2']);
    pool.apply('mdns', add(endpoint('here')), 0);
    expect(pickMany(pool)).toEqual(['here']);
  });

  test('within a distance it is balanced by weight', () => {
    const pool = near();
    const counts = countDraws(4_000, () => pickId(pool, 1e6, ['here']));
    expect((counts.link ?? 0) / (counts.link2 ?? 1)).toBeGreaterThan(2);
    expect((counts.link ?? 0) / (counts.link2 ?? 1)).toBeLessThan(4);
  });

  test('a lower SRV priority that is far goes before a higher one that is here', () => {
    const pool = createPool([endpoint('here', { priority: 1 }), endpoint('urgent', { priority: 0 })], { distances });
    expect(pickMany(pool)).toEqual(['urgent']);
  });

  test('who is leaving is no better for being near', () => {
    const pool = near();
    pool.apply('mdns', add(endpoint('here', { draining: true })), 0);
    expect(pickMany(pool)).toEqual(['link', 'link2']);
  });

  test('the order in which one client would try them, and what another engine is told, say the same', () => {
    const pool = near();
    expect(pool.order(0).map(({ id }) => id.replace('2', ''))).toEqual(['here', 'link', 'link', 'far', 'far']);
    expect(pool.plan(0).flatMap(({ endpoint: { id }, isUsed }) => (isUsed ? [id] : []))).toEqual(['here']);
  });
});

describe('picking', () => {
  test('says that nobody may be dialled now where announcers have been paid for as many dials as they may have', () => {
    const pool = new Pool({
      sources: ['mdns'],
      merge: 'union',
      balance: 'p2c',
      random: () => 0,
      budget: new DialBudget(),
    });
    pool.apply('mdns', { kind: 'add', endpoints: [endpoint('a', { announcer: '10.0.0.9' })] }, 0);
    const kinds = Array.from({ length: 100 }, () => pool.pick({ exclude: NONE }, 0).kind);
    expect([...new Set(kinds)]).toEqual(['endpoint', 'unaffordable']);
    expect(pool.pick({ exclude: new Set(['a']) }, 0)).toEqual({ kind: 'exhausted' });
  });

  test('never picks what is excluded, and nobody when all are', () => {
    const pool = createPool([endpoint('a'), endpoint('b')]);
    for (let pick = 0; pick < 50; pick++) expect(pickId(pool, 0, ['a'])).toBe('b');
    expect(pool.pick({ exclude: new Set(['a', 'b']) }, 0)).toEqual({ kind: 'exhausted' });
  });

  test('the lowest SRV priority goes first; the next one when all of it was tried', () => {
    const pool = createPool([
      endpoint('backup', { priority: 10 }),
      endpoint('a', { priority: 1 }),
      endpoint('b', { priority: 1 }),
    ]);
    expect(pickMany(pool)).toEqual(['a', 'b']);
    expect(pickId(pool, 0, ['a', 'b'])).toBe('backup');
  });

  test('weights 10, 30 and 60 get their parts, and weight 0 a very small chance', () => {
    const pool = createPool([
      endpoint('ten', { weight: 10 }),
      endpoint('thirty', { weight: 30 }),
      endpoint('sixty', { weight: 60 }),
      endpoint('zero', { weight: 0 }),
    ]);
    const counts = countDraws(20_000, () => pickId(pool));
    expect((counts.ten ?? 0) / 20_000).toBeCloseTo(0.1, 1);
    expect((counts.thirty ?? 0) / 20_000).toBeCloseTo(0.3, 1);
    expect((counts.sixty ?? 0) / 20_000).toBeCloseTo(0.6, 1);
    expect(counts.zero).toBeGreaterThan(100);
    expect(counts.zero).toBeLessThan(300);
  });

  test('weights that are all 0 are equal', () => {
    const pool = createPool([endpoint('a'), endpoint('b')]);
    const counts = countDraws(2_000, () => pickId(pool));
    expect(Math.abs((counts.a ?? 0) - 1_000)).toBeLessThan(120);
  });

  test('a draining endpoint is picked only when nothing else is left', () => {
    const pool = createPool([endpoint('draining', { draining: true }), endpoint('far', { priority: 99 })]);
    expect(pickMany(pool)).toEqual(['far']);
    expect(pickId(pool, 0, ['far'])).toBe('draining');
    expect(stateOf(pool, 'draining')).toBe('draining');
    pool.apply('mdns', remove('far'), 0);
    expect(pickMany(pool)).toEqual(['draining']);
  });

  test('starting to drain is told as a change of state', () => {
    const pool = createPool([endpoint('a')]);
    expect(pool.apply('mdns', add(endpoint('a', { draining: true })), 0)).toMatchObject([
      { kind: 'updated' },
      { kind: 'state-changed', state: 'draining', reason: 'asks for no new connections' },
    ]);
  });
});

describe('ejection', () => {
  const three = [endpoint('a'), endpoint('b'), endpoint('c')];

  test('a refused endpoint is not picked for a while, then gets one try, and returns when that succeeds', () => {
    const pool = createPool(three);
    expect(pool.dialFailed('a', 'refused', 1_000)).toMatchObject([
      { kind: 'state-changed', endpoint: { id: 'a' }, state: 'ejected', reason: 'refuses connections' },
    ]);
    expect(pickMany(pool, 1_000)).toEqual(['b', 'c']);
    const deadline = pool.nextDeadline();
    expect(deadline).toBeGreaterThanOrEqual(1_375);
    expect(deadline).toBeLessThanOrEqual(1_625);
    expect(pool.advance(deadline)).toMatchObject([{ kind: 'state-changed', state: 'probation' }]);
    const counts = countDraws(300, () => pickId(pool, deadline));
    expect(counts.a).toBe(1);
    expect(pool.dialSucceeded('a', deadline)).toMatchObject([{ kind: 'state-changed', state: 'ready' }]);
    expect(pickMany(pool, deadline)).toEqual(['a', 'b', 'c']);
  });

  test('a try that fails ejects for longer', () => {
    const pool = createPool(three);
    pool.dialFailed('a', 'refused', 0);
    const first = pool.nextDeadline();
    pool.advance(first);
    pool.dialFailed('a', 'refused', first);
    expect(pool.nextDeadline() - first).toBeGreaterThan(700);
  });

  test('a fault of our own ejects nobody, but is counted', () => {
    const pool = createPool(three);
    expect(pool.dialFailed('a', 'local', 0)).toEqual([]);
    expect(pool.snapshot().find(({ id }) => id === 'a')).toMatchObject({ state: 'ready', failures: 1 });
  });

  test('an update that changes port or address resets the breaker; any other does not', () => {
    const pool = createPool(three);
    pool.dialFailed('a', 'refused', 0);
    pool.apply('mdns', add(endpoint('a', { weight: 7 })), 0);
    expect(stateOf(pool, 'a')).toBe('ejected');
    const events = pool.apply('mdns', add(endpoint('a', { weight: 7, port: 7000 })), 0);
    expect(kindsOf(events)).toEqual(['updated', 'state-changed']);
    expect(stateOf(pool, 'a')).toBe('ready');
  });

  test('panic rule: when more than half is ejected, all are used, but a client tries the usable ones first', () => {
    const pool = createPool(three);
    pool.dialFailed('a', 'refused', 0);
    expect(pickId(pool, 0, ['b', 'c'])).toBeUndefined();
    pool.dialFailed('b', 'refused', 0);
    expect(pickMany(pool)).toEqual(['c']);
    expect(['a', 'b']).toContain(pickId(pool, 0, ['c']));
    expect(pickId(pool, 0, ['c', 'a'])).toBe('b');
  });

  test('usable ones of a later priority come before ejected ones of the first', () => {
    const pool = createPool([endpoint('a'), endpoint('b'), endpoint('backup', { priority: 5 })]);
    pool.dialFailed('a', 'timeout', 0);
    pool.dialFailed('a', 'timeout', 0);
    pool.dialFailed('b', 'refused', 0);
    expect(pickId(pool)).toBe('backup');
    expect(['a', 'b']).toContain(pickId(pool, 0, ['backup']));
  });

  test('exactly half ejected is no panic', () => {
    const pool = createPool([endpoint('a'), endpoint('b')]);
    pool.dialFailed('a', 'refused', 0);
    expect(pickMany(pool)).toEqual(['b']);
  });

  test('a single endpoint is used although it failed', () => {
    const pool = createPool([endpoint('a')]);
    pool.dialFailed('a', 'refused', 0);
    expect(pickId(pool)).toBe('a');
  });

  test('a priority that is ejected as a whole falls over to the next, and has its turn back afterwards', () => {
    const pool = createPool([endpoint('a'), endpoint('b'), endpoint('backup', { priority: 5 })]);
    pool.dialFailed('a', 'refused', 0);
    pool.dialFailed('b', 'refused', 0);
    expect(pickMany(pool)).toEqual(['backup']);
    pool.dialSucceeded('b', 0);
    expect(pickMany(pool)).toEqual(['b']);
  });

  test('when the last usable one was tried too, those ejected are better than nobody', () => {
    const pool = createPool([endpoint('a'), endpoint('b'), endpoint('backup', { priority: 5 })]);
    pool.dialFailed('a', 'refused', 0);
    pool.dialFailed('b', 'refused', 0);
    expect(['a', 'b']).toContain(pickId(pool, 0, ['backup']));
  });
});

describe('endpoints whose source can not be asked', () => {
  const unasked = (...ids: readonly string[]): Update => ({
    kind: 'gone',
    ids,
    reason: 'connect ECONNREFUSED',
    isUnasked: true,
  });

  test('are stale, and serve behind those that are heard of', () => {
    const pool = createPool([endpoint('a'), endpoint('b')]);
    expect(pool.apply('mdns', unasked('a'), 0)).toMatchObject([
      { kind: 'state-changed', state: 'stale', reason: 'connect ECONNREFUSED' },
    ]);
    expect(pickMany(pool)).toEqual(['b']);
    pool.apply('mdns', unasked('b'), 0);
    expect(pickMany(pool)).toEqual(['a', 'b']);
  });

  test('are kept whether they answer or not, for as long as it takes', () => {
    const pool = createPool([endpoint('a')]);
    pool.apply('mdns', unasked('a'), 0);
    for (let time = 0; time < 10; time++) pool.dialFailed('a', 'refused', time * 100);
    expect(pool.probed('a', 'refused', 2_000)).toEqual([]);
    expect(stateOf(pool, 'a')).toBe('stale');
    expect(pickId(pool, 2_000)).toBe('a');
    expect(kindsOf(pool.advance(30 * DAY_MS))).not.toContain('removed');
    expect(stateOf(pool, 'a')).toBe('stale');
  });

  test('are kept when they did not answer before, too', () => {
    const pool = createPool([endpoint('a')]);
    pool.dialFailed('a', 'refused', 0);
    expect(kindsOf(pool.apply('mdns', unasked('a'), 0))).not.toContain('removed');
    expect(stateOf(pool, 'a')).toBe('stale');
  });

  test('are kept when their check fails, and used once it passes', () => {
    const pool = createPool([endpoint('a')], { isChecked: true });
    pool.checked('a', { ok: true }, 0);
    pool.apply('mdns', unasked('a'), 0);
    expect(kindsOf(pool.checked('a', { ok: false, reason: 'no answer' }, 0))).not.toContain('removed');
    expect(pool.hasEndpoint()).toBe(false);
    pool.checked('a', { ok: true }, 0);
    expect(pickId(pool)).toBe('a');
  });

  test('are what their source says once it can be asked again', () => {
    const pool = createPool([endpoint('a'), endpoint('b')]);
    pool.apply('mdns', unasked('a', 'b'), 0);
    pool.apply('mdns', { kind: 'reset', endpoints: [endpoint('a')] }, 0);
    expect(pool.snapshot()).toMatchObject([{ id: 'a', state: 'ready' }]);
    pool.apply('mdns', unasked('a'), 0);
    expect(kindsOf(pool.apply('mdns', remove('a'), 0))).toEqual(['removed']);
  });
});

describe('stale endpoints', () => {
  test('one that is not heard of again is kept, last in order', () => {
    const pool = createPool([endpoint('a'), endpoint('b', { priority: 50 })]);
    expect(pool.apply('mdns', gone('a'), 0)).toMatchObject([
      { kind: 'state-changed', state: 'stale', reason: 'not heard of again' },
    ]);
    expect(pickMany(pool)).toEqual(['b']);
    expect(pickId(pool, 0, ['b'])).toBe('a');
    expect(pool.order(0).map(({ id }) => id)).toEqual(['b', 'a']);
  });

  test('all of them stale serve on as before', () => {
    const pool = createPool([endpoint('a'), endpoint('b')]);
    pool.apply('mdns', gone('a', 'b'), 0);
    expect(pickMany(pool)).toEqual(['a', 'b']);
    expect(pool.hasEndpoint()).toBe(true);
  });

  test('a failed dial removes it; a fault of our own does not', () => {
    const pool = createPool([endpoint('a')]);
    pool.apply('mdns', gone('a'), 0);
    expect(pool.dialFailed('a', 'local', 0)).toEqual([]);
    expect(pool.dialFailed('a', 'refused', 0)).toMatchObject([
      { kind: 'removed', reason: 'not heard of again and refuses connections', isLost: true },
    ]);
    expect(pool.hasEndpoint()).toBe(false);
  });

  test('one that failed its last dial and carries nothing is removed when it is not heard of either', () => {
    const pool = createPool([endpoint('a'), endpoint('b')]);
    pool.dialFailed('a', 'timeout', 0);
    expect(pool.apply('mdns', gone('a'), 0)).toMatchObject([
      { kind: 'removed', reason: 'not heard of again and does not answer' },
    ]);
  });

  test('one that failed its last dial but carries connections is kept', () => {
    const pool = createPool([endpoint('a'), endpoint('b')]);
    pool.opened('a');
    pool.dialFailed('a', 'timeout', 0);
    expect(pool.apply('mdns', gone('a'), 0)).toMatchObject([{ kind: 'state-changed', state: 'stale' }]);
  });

  test('heard of again, it is ready', () => {
    const pool = createPool([endpoint('a')]);
    pool.apply('mdns', gone('a'), 0);
    expect(pool.apply('mdns', add(endpoint('a')), 5)).toMatchObject([
      { kind: 'updated' },
      { kind: 'state-changed', state: 'ready', reason: 'heard of again' },
    ]);
    expect(pool.nextDeadline()).toBe(Number.POSITIVE_INFINITY);
  });

  test('it is kept for 24 hours at most', () => {
    const pool = createPool([endpoint('a')]);
    pool.apply('mdns', gone('a'), 1_000);
    expect(pool.nextDeadline()).toBe(1_000 + DAY_MS);
    expect(pool.advance(999 + DAY_MS)).toEqual([]);
    expect(pool.advance(1_000 + DAY_MS)).toMatchObject([
      { kind: 'removed', reason: 'not heard of again for too long' },
    ]);
  });

  test('a goodbye after all removes it', () => {
    const pool = createPool([endpoint('a')]);
    pool.apply('mdns', gone('a'), 0);
    expect(pool.apply('mdns', remove('a'), 0)).toMatchObject([{ kind: 'removed', reason: 'said goodbye' }]);
  });

  test('a whole new list of its source removes it, another source’s list does not', () => {
    const pool = createPool([endpoint('a')]);
    pool.apply('mdns', gone('a'), 0);
    expect(kindsOf(pool.apply('static', { kind: 'reset', endpoints: [endpoint('s')] }, 0))).toEqual(['added']);
    expect(pool.apply('mdns', { kind: 'reset', endpoints: [] }, 0)).toMatchObject([
      { kind: 'removed', endpoint: { id: 'a' }, reason: 'no longer listed' },
    ]);
  });

  test('an instance that returns under another name at the same place takes its place', () => {
    const pool = createPool([endpoint('a', { addresses: ['10.0.0.9'] })]);
    pool.apply('mdns', gone('a'), 0);
    const events = pool.apply('mdns', add(endpoint('a (2)', { addresses: ['10.0.0.9'] })), 0);
    expect(events).toMatchObject([{ kind: 'added' }, { kind: 'removed', endpoint: { id: 'a' }, isLost: false }]);
  });

  test('they are bounded: idle ones make room first', () => {
    const many = Array.from({ length: MAX_STALE + 1 }, (_, index) => endpoint(`e${index}`, { port: index + 1 }));
    const pool = createPool();
    for (const one of many) {
      pool.apply('mdns', add(one), 0);
      if (one.id === 'e0') pool.opened('e0');
      pool.apply('mdns', gone(one.id), 0);
    }
    const ids = pool.snapshot().map(({ id }) => id);
    expect(ids).toHaveLength(MAX_STALE);
    expect(ids).toContain('e0');
    expect(ids).not.toContain('e1');
  });
});

describe('counts', () => {
  test('active, total and failures are those of the endpoint', () => {
    const pool = createPool([endpoint('a')]);
    pool.opened('a');
    pool.opened('a');
    pool.closed('a', 1);
    pool.dialFailed('a', 'timeout', 0);
    expect(pool.snapshot()).toMatchObject([{ id: 'a', active: 1, total: 2, failures: 1, state: 'ready' }]);
  });

  test('connections that outlive the endpoint count again when it returns, and end but once', () => {
    const pool = createPool([endpoint('a')]);
    pool.opened('a');
    pool.opened('a');
    pool.apply('mdns', remove('a'), 0);
    pool.closed('a', 1);
    pool.apply('mdns', add(endpoint('a')), 0);
    expect(pool.snapshot()).toMatchObject([{ active: 1, total: 2 }]);
    pool.closed('a', 1);
    expect(pool.snapshot()).toMatchObject([{ active: 0 }]);
  });

  test('an endpoint whose connections ended before it returned starts anew', () => {
    const pool = createPool([endpoint('a')]);
    pool.opened('a');
    pool.apply('mdns', remove('a'), 0);
    pool.closed('a', 1);
    pool.apply('mdns', add(endpoint('a')), 0);
    expect(pool.snapshot()).toMatchObject([{ active: 0, total: 0 }]);
  });
});

describe('order', () => {
  test('is the order of the tries: ready by priority, then ejected, stale, draining', () => {
    const pool = createPool([
      endpoint('draining', { draining: true }),
      endpoint('stale'),
      endpoint('second', { priority: 2 }),
      endpoint('ejected', { priority: 3 }),
      endpoint('first', { priority: 1 }),
    ]);
    pool.apply('mdns', gone('stale'), 0);
    pool.dialFailed('ejected', 'refused', 0);
    expect(pool.order(0).map(({ id }) => id)).toEqual(['first', 'second', 'stale', 'draining', 'ejected']);
  });

  test('does not use up the one try of an endpoint on probation', () => {
    const pool = createPool([endpoint('a'), endpoint('b')]);
    pool.dialFailed('a', 'refused', 0);
    const now = pool.nextDeadline();
    pool.advance(now);
    pool.order(now);
    expect(pickMany(pool, now)).toEqual(['a', 'b']);
  });
});

type Step =
  | {
      readonly kind: 'add';
      readonly id: string;
      readonly priority: number;
      readonly weight: number;
      readonly draining: boolean;
    }
  | { readonly kind: 'remove' | 'gone' | 'ok' | 'open' | 'close'; readonly id: string }
  | { readonly kind: 'fail'; readonly id: string; readonly failure: DialFailure }
  | { readonly kind: 'wait'; readonly ms: number };

const ids = fc.constantFrom('a', 'b', 'c', 'd', 'e');
const steps = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant('add'), id: ids, priority: fc.nat(2), weight: fc.nat(3), draining: fc.boolean() }),
    fc.record({ kind: fc.constantFrom('remove', 'gone', 'ok', 'open', 'close'), id: ids }),
    fc.record({ kind: fc.constant('fail'), id: ids, failure: fc.constantFrom('refused', 'timeout', 'local') }),
    fc.record({ kind: fc.constant('wait'), ms: fc.nat(40_000) }),
  ) as fc.Arbitrary<Step>,
  { maxLength: 60 },
);

test('whatever happens: there is a pick if and only if there is an endpoint, never an excluded one, and order lists all', () => {
  const names = fc.constantFrom<BalancerName>(
    'p2c',
    'round-robin',
    'least-connections',
    'random',
    'source-hash',
    'first',
  );
  fc.assert(
    fc.property(
      names,
      steps,
      fc.subarray(['a', 'b', 'c', 'd', 'e']),
      fc.integer(),
      (balance, script, excluded, seed) => {
        const pool = createPool([], { balance, random: seededRandom(seed) });
        let now = 0;
        for (const step of script) {
          now = perform(pool, step, now);
          const present = pool.snapshot();
          const order = pool.order(now);
          expect(order.map(({ id }) => id).sort()).toEqual(present.map(({ id }) => id).sort());
          expect(pool.hasEndpoint()).toBe(present.length > 0);
          expect(pool.pick({ exclude: NONE, clientAddress: '127.0.0.1' }, now).kind).toBe(
            pool.hasEndpoint() ? 'endpoint' : 'nobody',
          );
          const exclude = new Set(excluded);
          const next = picked(pool.pick({ exclude }, now));
          expect(next === undefined || !exclude.has(next.id)).toBe(true);
          expect(present.every(({ active }) => active >= 0)).toBe(true);
          expect(pool.nextDeadline()).toBeGreaterThan(now);
        }
      },
    ),
  );
});

test('either at most half cannot be picked or all can, and who is ejected comes after who is not', () => {
  fc.assert(
    fc.property(steps, fc.integer(), (script, seed) => {
      const pool = createPool([], { random: seededRandom(seed) });
      let now = 0;
      for (const step of script) {
        now = perform(pool, step, now);
        const stateById = new Map(pool.snapshot().map(({ id, state }) => [id, state]));
        const exclude = new Set<string>();
        const ids: string[] = [];
        for (;;) {
          const next = picked(pool.pick({ exclude }, now))?.id;
          if (next === undefined) break;
          ids.push(next);
          exclude.add(next);
        }
        const left = stateById.size - ids.length;
        expect(left).toBeLessThanOrEqual(stateById.size / 2);
        const firstEjected = ids.findIndex((id) => stateById.get(id) === 'ejected');
        const isOut = (id: string): boolean => ['ejected', 'probation'].includes(stateById.get(id) ?? '');
        // Draining and stale ones may be ejected too, which their state does not show.
        const isShown = (id: string): boolean => ['ready', 'ejected'].includes(stateById.get(id) ?? '');
        const after = firstEjected < 0 ? [] : ids.slice(firstEjected).filter(isShown);
        expect(after.every(isOut)).toBe(true);
      }
    }),
  );
});

function perform(pool: Pool, step: Step, now: number): number {
  switch (step.kind) {
    case 'add':
      pool.apply(
        'mdns',
        add(endpoint(step.id, { priority: step.priority, weight: step.weight, draining: step.draining })),
        now,
      );
      return now;
    case 'remove':
      pool.apply('mdns', remove(step.id), now);
      return now;
    case 'gone':
      pool.apply('mdns', gone(step.id), now);
      return now;
    case 'ok':
      pool.dialSucceeded(step.id, now);
      return now;
    case 'open':
      pool.opened(step.id);
      return now;
    case 'close':
      pool.closed(step.id, 1);
      return now;
    case 'fail':
      pool.dialFailed(step.id, step.failure, now);
      return now;
    case 'wait':
      pool.advance(now + step.ms);
      return now + step.ms;
    default:
      return step satisfies never;
  }
}
