import { ManualClock } from '@mdns-ambassador/testkit';
import { describe, expect, test } from 'vitest';
import type { ProxyOptions } from '../../src/proxy-options.ts';
import { LostConnections } from '../../src/service/lost-connections.ts';
import { endpoint } from '../pool/fixtures.ts';

function createWorld(onEndpointLost: ProxyOptions['onEndpointLost']) {
  const clock = new ManualClock();
  const resets: string[] = [];
  const lost = new LostConnections({
    onEndpointLost,
    drainTimeoutMs: 30_000,
    clock,
    reset: ({ id, port }, reason) => resets.push(`${id}:${port} ${reason}`),
  });
  return { clock, lost, resets };
}

test('keep: what a lost endpoint carries goes on', async () => {
  const { clock, lost, resets } = createWorld('keep');
  lost.lose(endpoint('a'), 'said goodbye');
  await clock.advance(3_600_000);
  expect(resets).toEqual([]);
});

test('close: it is reset at once', () => {
  const { lost, resets } = createWorld('close');
  lost.lose(endpoint('a'), 'said goodbye');
  expect(resets).toEqual(['a:6379 said goodbye']);
});

describe('drain', () => {
  test('it may finish within the drain timeout', async () => {
    const { clock, lost, resets } = createWorld('drain');
    lost.lose(endpoint('a'), 'said goodbye');
    await clock.advance(29_999);
    expect(resets).toEqual([]);
    await clock.advance(1);
    expect(resets).toEqual(['a:6379 said goodbye, and the time to finish is over']);
  });

  test('it goes on when the endpoint is in use again at the same place', async () => {
    const { clock, lost, resets } = createWorld('drain');
    lost.lose(endpoint('a'), 'said goodbye');
    lost.keep(endpoint('a'));
    await clock.advance(60_000);
    expect(resets).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('it ends when the endpoint is in use again elsewhere', async () => {
    const { clock, lost, resets } = createWorld('drain');
    lost.lose(endpoint('a'), 'said goodbye');
    lost.keep(endpoint('a', { port: 7_000 }));
    await clock.advance(30_000);
    expect(resets).toEqual(['a:6379 said goodbye, and the time to finish is over']);
  });

  test('an endpoint that is lost again starts its time again, and there is one timer', async () => {
    const { clock, lost, resets } = createWorld('drain');
    lost.lose(endpoint('a'), 'said goodbye');
    await clock.advance(20_000);
    lost.lose(endpoint('a'), 'said goodbye');
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(20_000);
    expect(resets).toEqual([]);
  });

  test('no timer is left after close', () => {
    const { clock, lost } = createWorld('drain');
    lost.lose(endpoint('a'), 'said goodbye');
    lost.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

test.each(['keep', 'drain', 'close'] as const)(
  '%s: what a dead endpoint carries is reset at once, and once',
  async (mode) => {
    const { clock, lost, resets } = createWorld(mode);
    if (mode === 'drain') lost.lose(endpoint('a'), 'not heard of again');
    lost.bury(endpoint('a'), 'does not answer in time');
    await clock.advance(60_000);
    expect(resets).toEqual(['a:6379 does not answer in time']);
  },
);
