import { seededRandom } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Pool, type PoolOptions } from '../../src/pool/pool.ts';
import { endpoint, picked } from './fixtures.ts';

const NONE: ReadonlySet<string> = new Set();
const SILENT = { ok: false, reason: 'does not answer PING in time', fault: 'silent' } as const;
const REPLICA = { ok: false, reason: 'is a replica' } as const;

function createPool(options: Partial<PoolOptions> = {}, ids: readonly string[] = ['a', 'b', 'c']): Pool {
  const pool = new Pool({ sources: ['mdns'], merge: 'union', balance: 'p2c', random: seededRandom(1), ...options });
  pool.apply('mdns', { kind: 'add', endpoints: ids.map((id) => endpoint(id)) }, 0);
  return pool;
}

const stateOf = (pool: Pool, id: string): string | undefined =>
  pool.snapshot().find((status) => status.id === id)?.state;
const listPicks = (pool: Pool, now = 0): readonly string[] => {
  const ids = Array.from({ length: 200 }, () => picked(pool.pick({ exclude: NONE }, now))?.id ?? 'nobody');
  return [...new Set(ids)].sort();
};
const dialOften = (pool: Pool, id: string, latencyMs: number, now = 0): void => {
  for (let dial = 0; dial < 5; dial++) pool.dialSucceeded(id, now, latencyMs);
};

describe('an endpoint that is much slower than its peers', () => {
  test('is ejected with a reason, and again for longer while it stays slow', () => {
    const pool = createPool();
    dialOften(pool, 'a', 1);
    dialOften(pool, 'b', 1);
    pool.dialSucceeded('c', 0, 200);
    for (let dial = 0; dial < 20; dial++) expect(pool.dialSucceeded('c', 500 + dial, 200)).toEqual([]);
    expect(pool.dialSucceeded('c', 1_000, 200)).toMatchObject([
      { kind: 'state-changed', state: 'ejected', reason: 'answers much later than the others' },
    ]);
    expect(listPicks(pool, 1_000)).toEqual(['a', 'b']);
    const first = pool.nextDeadline();
    pool.advance(first);
    expect(pool.dialSucceeded('c', first, 200)).toMatchObject([{ state: 'ejected' }]);
    expect(pool.nextDeadline() - first).toBeGreaterThan(700);
    const second = pool.nextDeadline();
    pool.advance(second);
    expect(pool.dialSucceeded('c', second, 1)).toMatchObject([{ state: 'ready' }]);
  });

  test('stays in use where it would be more than half that is ejected', () => {
    const pool = createPool({}, ['a', 'b']);
    dialOften(pool, 'a', 1);
    pool.dialFailed('a', 'refused', 0);
    dialOften(pool, 'b', 200);
    expect(stateOf(pool, 'b')).toBe('ready');
  });

  test('whatever the latencies, at most half are ejected for them', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const dials = fc.array(fc.tuple(fc.constantFrom(...ids), fc.constantFrom(1, 5, 99, 150, 800, 4_000)), {
      maxLength: 200,
    });
    fc.assert(
      fc.property(dials, (script) => {
        const pool = createPool({}, ids);
        for (const [index, [id, latencyMs]] of script.entries()) {
          pool.dialSucceeded(id, index * 400, latencyMs);
          const ejected = pool.snapshot().filter(({ state }) => state === 'ejected').length;
          expect(ejected).toBeLessThanOrEqual(ids.length / 2);
        }
      }),
    );
  });
});

describe('while this process is late itself', () => {
  test('time counts against nobody, and facts do', () => {
    const pool = createPool({ lag: () => 250 });
    dialOften(pool, 'b', 1);
    for (let dial = 0; dial < 5; dial++) {
      expect(pool.dialFailed('a', 'timeout', 0)).toEqual([]);
      expect(pool.dialFailed('a', 'handshake', 0)).toEqual([]);
      expect(pool.dialSucceeded('a', 0, 5_000)).toEqual([]);
    }
    expect(pool.dialFailed('a', 'refused', 0)).toMatchObject([{ state: 'ejected' }]);
    expect(pool.snapshot().find(({ id }) => id === 'a')?.failures).toBe(11);
  });

  test('a check that met silence is not believed', () => {
    const pool = createPool({ isChecked: true, lag: () => 250 });
    pool.checked('a', { ok: true }, 0);
    expect(pool.checked('a', SILENT, 0)).toEqual([]);
    expect(pool.checked('a', REPLICA, 0)).not.toEqual([]);
  });
});

describe('active checks', () => {
  test('nobody is sent to an endpoint before it has passed', () => {
    const pool = createPool({ isChecked: true });
    expect(pool.hasEndpoint()).toBe(false);
    expect(listPicks(pool)).toEqual(['nobody']);
    expect(stateOf(pool, 'a')).toBe('probation');
    expect(pool.checked('a', { ok: true }, 0)).toMatchObject([{ state: 'ready', reason: 'passes its check' }]);
    expect(pool.hasEndpoint()).toBe(true);
    expect(listPicks(pool)).toEqual(['a']);
  });

  test('one that fails is ejected with the check’s reason, and is not tried in panic either', () => {
    const pool = createPool({ isChecked: true });
    for (const id of ['a', 'b', 'c']) pool.checked(id, { ok: true }, 0);
    expect(pool.checked('a', REPLICA, 0)).toMatchObject([
      { kind: 'state-changed', state: 'ejected', reason: 'is a replica' },
      { kind: 'declined', endpoint: { id: 'a' }, reason: 'is a replica' },
    ]);
    pool.checked('b', REPLICA, 0);
    pool.dialFailed('c', 'refused', 0);
    expect(listPicks(pool)).toEqual(['c']);
    expect(pool.pick({ exclude: new Set(['c']) }, 0)).toEqual({ kind: 'exhausted' });
    expect(pool.checked('a', REPLICA, 0)).toEqual([]);
  });

  test('one that is silent has died, once', () => {
    const pool = createPool({ isChecked: true });
    pool.checked('a', { ok: true }, 0);
    expect(pool.checked('a', SILENT, 0)).toMatchObject([{ kind: 'state-changed' }, { kind: 'died' }]);
    expect(pool.checked('a', SILENT, 0)).toEqual([]);
  });

  test('what cannot be looked at from here keeps its standing', () => {
    const pool = createPool({ isChecked: true });
    pool.checked('a', { ok: true }, 0);
    expect(pool.checked('a', { ok: false, reason: 'EMFILE', fault: 'local' }, 0)).toEqual([]);
    expect(stateOf(pool, 'a')).toBe('ready');
  });

  test('a pass ends an ejection, too', () => {
    const pool = createPool({ isChecked: true });
    for (const id of ['a', 'b', 'c']) pool.checked(id, { ok: true }, 0);
    pool.dialFailed('a', 'refused', 0);
    expect(pool.checked('a', { ok: true }, 10)).toMatchObject([{ state: 'ready' }]);
  });

  test('a stale one that fails is removed', () => {
    const pool = createPool({ isChecked: true });
    pool.checked('a', { ok: true }, 0);
    pool.apply('mdns', { kind: 'gone', ids: ['a'] }, 0);
    expect(pool.checked('a', SILENT, 0)).toMatchObject([{ kind: 'died' }, { kind: 'removed', isLost: true }]);
  });

  test('one that moves to another place is looked at anew; one that gains an address is not', () => {
    const pool = createPool({ isChecked: true });
    pool.checked('a', { ok: true }, 0);
    const [address = ''] = endpoint('a').addresses;
    pool.apply('mdns', { kind: 'add', endpoints: [endpoint('a', { addresses: [address, 'fd00::1'] })] }, 0);
    expect(listPicks(pool)).toEqual(['a']);
    expect(pool.apply('mdns', { kind: 'add', endpoints: [endpoint('a', { port: 7_000 })] }, 0)).toMatchObject([
      { kind: 'updated', movedFrom: { port: 6379 } },
      { kind: 'state-changed', state: 'probation' },
    ]);
    expect(listPicks(pool)).toEqual(['nobody']);
  });

  test('whatever they and the dials say, nobody is picked who does not pass', () => {
    const ids = fc.constantFrom('a', 'b', 'c');
    const steps = fc.array(
      fc.oneof(
        fc.record({ id: ids, outcome: fc.constantFrom({ ok: true } as const, SILENT, REPLICA) }),
        fc.record({
          id: ids,
          failure: fc.constantFrom('refused' as const, 'timeout' as const, 'unreachable' as const),
        }),
      ),
      { maxLength: 60 },
    );
    fc.assert(
      fc.property(steps, (script) => {
        const pool = createPool({ isChecked: true });
        const passing = new Set<string>();
        for (const step of script) {
          if ('outcome' in step) {
            pool.checked(step.id, step.outcome, 0);
            if (step.outcome.ok) passing.add(step.id);
            else passing.delete(step.id);
          } else pool.dialFailed(step.id, step.failure, 0);
          const id = picked(pool.pick({ exclude: NONE }, 0))?.id;
          expect(id === undefined ? passing.size === 0 : passing.has(id)).toBe(true);
        }
      }),
    );
  });
});

describe('silence', () => {
  test('who is lost sight of and silent to our dials is removed, and what it carries is nobody’s to cut', () => {
    const pool = createPool();
    pool.opened('a');
    pool.dialFailed('a', 'timeout', 0);
    pool.apply('mdns', { kind: 'gone', ids: ['a'], reason: 'not heard of again' }, 500);
    expect(pool.listDoubtful().map(({ id }) => id)).toEqual(['a']);
    pool.dialSucceeded('b', 700);
    expect(pool.probed('a', 'timeout', 1_000)).toEqual([]);
    expect(pool.probed('a', 'timeout', 2_000)).toMatchObject([
      { kind: 'removed', reason: 'not heard of again and does not answer in time' },
    ]);
  });

  test('while a link of this machine was lost, others that answer do not speak against one that is silent', () => {
    const pool = createPool({ mayBeCutOff: () => true });
    pool.opened('a');
    pool.dialFailed('a', 'timeout', 0);
    pool.apply('mdns', { kind: 'gone', ids: ['a'], reason: 'not heard of again' }, 500);
    pool.dialSucceeded('b', 700);
    expect(pool.probed('a', 'timeout', 2_000)).toEqual([]);
    for (const now of [8_000, 14_000, 20_000]) expect(pool.probed('a', 'timeout', now)).toEqual([]);
    expect(pool.probed('a', 'timeout', 30_000)).toMatchObject([{ kind: 'removed' }]);
  });

  test('a refusal by one of several addresses ends nothing that an endpoint carries while it may be we who are cut off', () => {
    for (const isCutOff of [true, false]) {
      const pool = createPool({ mayBeCutOff: () => isCutOff }, []);
      const addresses = ['10.0.0.1', 'fe80::1%eth0'];
      pool.apply('mdns', { kind: 'add', endpoints: [endpoint('a', { addresses })] }, 0);
      pool.opened('a');
      pool.apply('mdns', { kind: 'gone', ids: ['a'], reason: 'not heard of again' }, 500);
      const kinds = pool.dialFailed('a', 'refused', 1_000).map(({ kind }) => kind);
      expect(kinds.includes('removed')).toBe(!isCutOff);
    }
  });

  test('a full accept queue, however long it stays full and whatever the others do, is no death', () => {
    for (const failure of ['timeout', 'unreachable'] as const) {
      const pool = createPool();
      pool.opened('a');
      const events = Array.from({ length: 600 }, (_, second) => [
        ...pool.dialFailed('a', failure, second * 1_000),
        ...pool.probed('a', failure, second * 1_000 + 500),
        ...pool.dialSucceeded('b', second * 1_000 + 600),
      ]).flat();
      expect(new Set(events.map(({ kind }) => kind))).toEqual(new Set(['state-changed']));
      expect(pool.listDoubtful().map(({ id }) => id)).toEqual(['a']);
    }
  });

  test('one that answers a probe is not in doubt, and stays ejected for what else it did', () => {
    const pool = createPool();
    pool.opened('a');
    pool.dialFailed('a', 'timeout', 0);
    pool.dialFailed('a', 'timeout', 0);
    expect(pool.probed('a', undefined, 1_000)).toEqual([]);
    expect(pool.listDoubtful()).toEqual([]);
    expect(stateOf(pool, 'a')).toBe('ejected');
  });

  test('who carries nothing is in no doubt', () => {
    const pool = createPool();
    pool.dialFailed('a', 'timeout', 0);
    expect(pool.listDoubtful()).toEqual([]);
  });

  test('one lost packet does not remove the last that is known of a stale endpoint', () => {
    const pool = createPool({}, ['a']);
    pool.apply('mdns', { kind: 'gone', ids: ['a'] }, 0);
    expect(pool.dialFailed('a', 'timeout', 0)).toEqual([]);
    expect(pool.dialFailed('a', 'timeout', 0)).toMatchObject([{ kind: 'removed' }]);
  });
});
