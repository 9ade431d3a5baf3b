import { ManualClock } from '@mdns-ambassador/testkit';
import { expect, test } from 'vitest';
import type { Inviter, InviterOrigin } from '../../../src/commands/mesh/find-inviter.ts';
import { FoundInviters } from '../../../src/commands/mesh/found-inviters.ts';

const inviter = (name: string, origin: InviterOrigin): Inviter => ({ name, places: [], origin });

/** `failing`: who is tried in vain, though he invites. */
function follow(failing: readonly string[] = []) {
  const clock = new ManualClock();
  const found = new FoundInviters(clock);
  const stopping = new AbortController();
  const tried: string[] = [];
  let endedAt: number | undefined;
  void (async () => {
    for await (const { name } of found.follow(stopping.signal)) {
      tried.push(name);
      if (failing.includes(name)) found.noteFailure();
    }
    endedAt = clock.now();
  })();
  return { clock, found, stopping, tried, endedAt: () => endedAt };
}

test.each(['link', 'remembered'] as const)(
  'the word of one who invites (%s) ends the search soon: others are tried until then',
  async (origin) => {
    const { clock, found, tried, endedAt } = follow(['a']);
    const since = clock.now();
    await clock.advance(4_000);
    found.add(inviter('a', origin));
    await clock.advance(1_000);
    found.add(inviter('b', 'link'));
    await clock.advance(20_000);
    expect(tried).toEqual(['a', 'b']);
    expect(endedAt()).toBe(since + 5_500);
    expect(clock.pendingTimers).toBe(0);
  },
);

test('who has nothing to do with the invitation ends nothing', async () => {
  const { clock, found, tried, endedAt } = follow();
  const since = clock.now();
  found.add(inviter('a', 'remembered'));
  await clock.advance(19_000);
  found.add(inviter('b', 'link'));
  await clock.advance(20_000);
  expect(tried).toEqual(['a', 'b']);
  expect(endedAt()).toBe(since + 20_000);
});

test('the search ends where it is stopped', async () => {
  const { clock, stopping, endedAt } = follow();
  const since = clock.now();
  await clock.advance(10);
  stopping.abort();
  await clock.advance(0);
  expect(endedAt()).toBe(since + 10);
  expect(clock.pendingTimers).toBe(0);
});
