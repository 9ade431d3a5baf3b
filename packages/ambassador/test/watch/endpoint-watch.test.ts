import { ManualClock, seededRandom } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import { EndpointWatch } from '../../src/watch/endpoint-watch.ts';
import { endpoint } from '../pool/fixtures.ts';
import { ScriptedSource } from '../scripted-source.ts';

const A_DAY_MS = 24 * 60 * 60 * 1000;

async function startWatch() {
  const clock = new ManualClock();
  const source = new ScriptedSource();
  const seen: string[][] = [];
  const watch = new EndpointWatch({
    sources: [source],
    merge: 'union',
    balance: 'first',
    clock,
    random: seededRandom(1),
    onChange: () => seen.push(watch.endpoints().map(({ id, state }) => `${id} ${state}`)),
  });
  await watch.start();
  return { clock, source, seen, watch };
}

test('every change is told, with what is there now in the order of trying', async () => {
  const { source, seen } = await startWatch();
  source.tell({ kind: 'add', endpoints: [endpoint('b', { priority: 1 })] });
  source.tell({ kind: 'add', endpoints: [endpoint('a')] });
  source.tell({ kind: 'add', endpoints: [endpoint('a')] });
  source.tell({ kind: 'remove', ids: ['b'] });
  expect(seen).toEqual([['b ready'], ['a ready', 'b ready'], ['a ready']]);
});

test('what was lost sight of stays for a day, last in order', async () => {
  const { clock, source, seen, watch } = await startWatch();
  source.tell({ kind: 'add', endpoints: [endpoint('a'), endpoint('b')] });
  source.tell({ kind: 'gone', ids: ['a'] });
  expect(seen.at(-1)).toEqual(['b ready', 'a stale']);
  await clock.advance(A_DAY_MS);
  expect(seen.at(-1)).toEqual(['b ready']);
  await watch.close();
  expect(clock.pendingTimers).toBe(0);
});

test('who waits for quiet is let go at the end, and nothing is told after it', async () => {
  const { clock, source, seen, watch } = await startWatch();
  const settled = watch.settle(10_000, 1_000);
  await watch.close();
  await settled;
  source.tell({ kind: 'add', endpoints: [endpoint('a')] });
  expect([seen, source.closes, clock.pendingTimers]).toEqual([[], 1, 0]);
});
