import { ManualClock, seededRandom } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import type { EndpointStatus } from '../../src/pool/endpoint.ts';
import { QUIET_MS } from '../../src/watch/endpoint-watch.ts';
import { type ResolveOptions, resolveEndpoints } from '../../src/watch/resolve.ts';
import { endpoint } from '../pool/fixtures.ts';
import { ScriptedSource } from '../scripted-source.ts';

async function startResolve(change: Partial<ResolveOptions> = {}) {
  const clock = new ManualClock();
  const source = new ScriptedSource();
  const search: { result?: readonly EndpointStatus[]; endedAt?: number } = {};
  const done = resolveEndpoints(
    { sources: [source], merge: 'union', balance: 'first', clock, random: seededRandom(1), ...change },
    2_000,
  ).then((result) => {
    search.result = result;
    search.endedAt = clock.now();
  });
  await clock.advance(0);
  return { clock, source, search, done };
}

describe('resolveEndpoints', () => {
  test('finds nothing in an empty world, after the whole timeout', async () => {
    const { clock, search, source, done } = await startResolve();
    await clock.advance(1_999);
    expect(search.result).toBeUndefined();
    await clock.advance(1);
    await done;
    expect(search.result).toEqual([]);
    expect(source.closes).toBe(1);
    expect(clock.pendingTimers).toBe(0);
  });

  test(`ends ${QUIET_MS} ms after the last change, once there is something`, async () => {
    const { clock, search, source, done } = await startResolve();
    await clock.advance(100);
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    await clock.advance(200);
    source.tell({ kind: 'add', endpoints: [endpoint('b')] });
    await clock.advance(QUIET_MS);
    await done;
    expect(search.endedAt).toBe(300 + QUIET_MS);
    expect(search.result?.map(({ id }) => id)).toEqual(['a', 'b']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('an update that changes nothing does not prolong it', async () => {
    const { clock, search, source, done } = await startResolve();
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    await clock.advance(200);
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    await clock.advance(50);
    await done;
    expect(search.endedAt).toBe(250);
  });

  test('goes on looking when all that was found left again', async () => {
    const { clock, search, source, done } = await startResolve();
    source.tell({ kind: 'add', endpoints: [endpoint('a')] });
    await clock.advance(100);
    source.tell({ kind: 'remove', ids: ['a'] });
    await clock.advance(1_900);
    await done;
    expect(search).toMatchObject({ result: [], endedAt: 2_000 });
  });

  test('changes without end do not go beyond the timeout', async () => {
    const { clock, search, source, done } = await startResolve();
    for (let index = 0; index < 20; index++) {
      source.tell({ kind: 'add', endpoints: [endpoint(`e${index}`)] });
      await clock.advance(100);
    }
    await done;
    expect(search.endedAt).toBe(2_000);
    expect(search.result).toHaveLength(20);
  });

  test('returns every endpoint in the order of the tries, with its state', async () => {
    const { clock, search, source, done } = await startResolve();
    source.tell({
      kind: 'add',
      endpoints: [endpoint('draining', { draining: true }), endpoint('backup', { priority: 9 }), endpoint('main')],
    });
    await clock.advance(QUIET_MS);
    await done;
    expect(search.result?.map(({ id, state }) => [id, state])).toEqual([
      ['main', 'ready'],
      ['backup', 'ready'],
      ['draining', 'draining'],
    ]);
  });

  test('fallback waits for the better source while it may still answer', async () => {
    const better = new ScriptedSource('mdns');
    const fallback = new ScriptedSource('static');
    const { clock, search, done } = await startResolve({ sources: [better, fallback], merge: 'fallback' });
    fallback.tell({ kind: 'reset', endpoints: [endpoint('s')] });
    await clock.advance(120);
    better.tell({ kind: 'add', endpoints: [endpoint('m')] });
    await clock.advance(QUIET_MS);
    await done;
    expect(search.result?.map(({ id }) => id)).toEqual(['m']);
  });
});
