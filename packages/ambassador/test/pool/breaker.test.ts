import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  advanceBreaker,
  type Breaker,
  CLOSED,
  isUsable,
  recordFailure,
  recordPick,
  recordSlowness,
  recordSuccess,
} from '../../src/pool/breaker.ts';
import type { DialFailure } from '../../src/pool/dial-failure.ts';

/** No jitter: the middle of its range. */
const middle = (): number => 0.5;
const probationAfter = (breaker: Breaker): Breaker => advanceBreaker(breaker, Number.MAX_SAFE_INTEGER);

describe('closed', () => {
  test.each(['refused', 'reset', 'unreachable', 'handshake', 'busy', 'down', 'draining'] as const)(
    'one dial that was %s ejects for 0.5 s',
    (failure) => {
      expect(recordFailure(CLOSED, failure, 1000, middle)).toEqual({ kind: 'ejected', until: 1500, ejections: 1 });
    },
  );

  test('one that is not who should be there ejects for a minute, and then two', () => {
    const once = recordFailure(CLOSED, 'identity', 1000, middle);
    expect(once).toEqual({ kind: 'ejected', until: 61_000, ejections: 1 });
    expect(recordFailure(probationAfter(once), 'identity', 61_000, middle)).toMatchObject({ until: 181_000 });
  });

  test('one timeout may be one lost packet; the second in a row ejects', () => {
    const once = recordFailure(CLOSED, 'timeout', 1000, middle);
    expect(once).toMatchObject({ kind: 'closed', failures: 1 });
    expect(isUsable(once, 1000)).toBe(true);
    expect(recordFailure(once, 'timeout', 1000, middle)).toMatchObject({ kind: 'ejected' });
  });

  test('is usable at any time', () => {
    expect(isUsable(CLOSED, 0)).toBe(true);
    expect(advanceBreaker(CLOSED, 1e12)).toBe(CLOSED);
    expect(recordPick(CLOSED, 5)).toBe(CLOSED);
  });
});

describe('ejected', () => {
  const ejected = recordFailure(CLOSED, 'refused', 0, middle);

  test('is not usable until its time is served, then on probation', () => {
    expect(isUsable(ejected, 499)).toBe(false);
    expect(advanceBreaker(ejected, 499)).toBe(ejected);
    expect(advanceBreaker(ejected, 500)).toMatchObject({ kind: 'probation' });
  });

  test('failures of dials that were under way when it was ejected do not make it longer', () => {
    expect(recordFailure(ejected, 'reset', 10, middle)).toBe(ejected);
  });
});

describe('probation', () => {
  const probation = probationAfter(recordFailure(CLOSED, 'refused', 0, middle));

  test('allows one try at a time', () => {
    expect(isUsable(probation, 1000)).toBe(true);
    const tried = recordPick(probation, 1000);
    expect(isUsable(tried, 1000)).toBe(false);
  });

  test('allows the next try after 3 s if the outcome of the first is never told', () => {
    const tried = recordPick(probation, 1000);
    expect(isUsable(tried, 3_999)).toBe(false);
    expect(isUsable(tried, 4_000)).toBe(true);
  });

  test('a failure ejects again for twice as long, 7.5 s at most', () => {
    const lengths: number[] = [];
    let breaker: Breaker = CLOSED;
    for (let ejection = 0; ejection < 9; ejection++) {
      breaker = recordFailure(breaker, 'refused', 0, middle);
      if (breaker.kind === 'ejected') lengths.push(breaker.until);
      breaker = probationAfter(breaker);
    }
    expect(lengths).toEqual([500, 1_000, 2_000, 4_000, 7_500, 7_500, 7_500, 7_500, 7_500]);
  });
});

describe('slowness', () => {
  test('ejects like a failure, longer each time, and an ejection that runs is left alone', () => {
    const slow = recordSlowness(CLOSED, 1_000, middle);
    expect(slow).toEqual({ kind: 'ejected', until: 1_500, ejections: 1 });
    expect(recordSlowness(slow, 1_100, middle)).toBe(slow);
    expect(recordSlowness(probationAfter(slow), 1_500, middle)).toMatchObject({ until: 2_500, ejections: 2 });
  });
});

describe('success', () => {
  const ejected = recordFailure(CLOSED, 'refused', 0, middle);

  test('closes, from any state', () => {
    expect(recordSuccess(CLOSED, 5)).toBe(CLOSED);
    expect(recordSuccess(recordFailure(CLOSED, 'timeout', 0, middle), 5)).toEqual(CLOSED);
    expect(isUsable(recordSuccess(ejected, 5), 5)).toBe(true);
    expect(isUsable(recordSuccess(probationAfter(ejected), 5), 5)).toBe(true);
  });

  test('who accepts and then resets is ejected for longer each time; 10 s without a failure forget it', () => {
    const recovered = recordSuccess(probationAfter(ejected), 1_000);
    expect(recordFailure(recovered, 'reset', 10_999, middle)).toMatchObject({ ejections: 2, until: 11_999 });
    expect(recordFailure(recovered, 'reset', 11_000, middle)).toMatchObject({ ejections: 1, until: 11_500 });
  });
});

test('a fault of our own changes nothing, in any state', () => {
  const states: readonly Breaker[] = [
    CLOSED,
    { kind: 'ejected', until: 5, ejections: 2 },
    { kind: 'probation', ejections: 1, triedUntil: 0 },
  ];
  for (const state of states) expect(recordFailure(state, 'local', 10, middle)).toBe(state);
});

test('ejections are jittered by a quarter both ways and end within 10 s, so that who is there again is used again within 10 s', () => {
  const failures = fc.constantFrom<DialFailure>(
    'refused',
    'reset',
    'timeout',
    'unreachable',
    'handshake',
    'down',
    'local',
  );
  fc.assert(
    fc.property(
      fc.array(fc.tuple(failures, fc.nat(100_000), fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true })), {
        maxLength: 50,
      }),
      (steps) => {
        let breaker: Breaker = CLOSED;
        let now = 0;
        for (const [failure, pause, number] of steps) {
          now += pause;
          breaker = recordFailure(advanceBreaker(breaker, now), failure, now, () => number);
          if (breaker.kind === 'ejected') expect(breaker.until - now).toBeLessThan(10_000);
          if (breaker.kind === 'ejected') expect(breaker.until).toBeGreaterThan(now);
        }
      },
    ),
  );
});
