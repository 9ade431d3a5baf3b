import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DialFailure } from '../../src/pool/dial-failure.ts';
import { type Circumstances, isDead, NO_SILENCE, recordDialFailure, type Silence } from '../../src/pool/silence.ts';

const ALONE: Circumstances = { isLostSight: false, doOthersAnswer: true };
const LOST: Circumstances = { isLostSight: true, doOthersAnswer: true };
const CUT_OFF: Circumstances = { isLostSight: true, doOthersAnswer: false };

function hear(...failures: readonly (readonly [DialFailure, number])[]): Silence {
  return failures.reduce<Silence>((silence, [failure, now]) => recordDialFailure(silence, failure, now), NO_SILENCE);
}

test('who was lost sight of and says nothing to two dials over 2 s is dead', () => {
  const silence = hear(['timeout', 0], ['timeout', 2_000]);
  expect(isDead(silence, LOST, 1_999)).toBe(false);
  expect(isDead(silence, LOST, 2_000)).toBe(true);
});

test('who is still heard of may have a full accept queue: only half a minute of silence is death', () => {
  const silence = hear(...[0, 1, 2, 3, 4, 5, 6].map((dial) => ['timeout', dial * 5_000] as const));
  expect(isDead(silence, ALONE, 29_999)).toBe(false);
  expect(isDead(silence, ALONE, 30_000)).toBe(true);
});

test('who the network says is nobody is dead after two such answers', () => {
  const silence = hear(['unreachable', 0], ['unreachable', 3_000]);
  expect(isDead(silence, ALONE, 3_000)).toBe(true);
  expect(isDead(hear(['unreachable', 0], ['timeout', 3_000]), ALONE, 3_000)).toBe(false);
});

test('where nobody else answers it may be we who are cut off, and half a minute is waited', () => {
  const silence = hear(['unreachable', 0], ['unreachable', 3_000]);
  expect(isDead(silence, CUT_OFF, 29_000)).toBe(false);
  expect(isDead(hear(...[0, 1, 2, 3, 4].map((dial) => ['timeout', dial * 7_500] as const)), CUT_OFF, 30_000)).toBe(
    true,
  );
});

test('who refuses or resets is there', () => {
  for (const failure of ['refused', 'reset', 'handshake'] as const) {
    expect(hear(['timeout', 0], ['timeout', 5_000], [failure, 6_000])).toEqual(NO_SILENCE);
  }
});

test('a fault of our own neither adds nor clears', () => {
  const silence = hear(['timeout', 0]);
  expect(recordDialFailure(silence, 'local', 9_000)).toBe(silence);
});

test('nobody is dead before 2 s of silence, nor after a sign of life', () => {
  const failures = fc.constantFrom<DialFailure>('refused', 'reset', 'timeout', 'unreachable', 'handshake', 'local');
  fc.assert(
    fc.property(
      fc.array(fc.tuple(failures, fc.nat(10_000))),
      fc.boolean(),
      fc.boolean(),
      (script, isLostSight, doOthersAnswer) => {
        let silence = NO_SILENCE;
        let now = 0;
        let aliveAt = 0;
        for (const [failure, pause] of script) {
          now += pause;
          silence = recordDialFailure(silence, failure, now);
          if (failure !== 'timeout' && failure !== 'unreachable' && failure !== 'local') aliveAt = now;
          if (isDead(silence, { isLostSight, doOthersAnswer }, now))
            expect(now - aliveAt).toBeGreaterThanOrEqual(2_000);
        }
      },
    ),
  );
});
