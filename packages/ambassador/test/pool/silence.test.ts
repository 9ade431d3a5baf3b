import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { DialFailure } from '../../src/pool/dial-failure.ts';
import { isGivenUp, NO_SILENCE, recordDialFailure, type Silence } from '../../src/pool/silence.ts';

function hear(...failures: readonly (readonly [DialFailure, number])[]): Silence {
  return failures.reduce<Silence>((silence, [failure, now]) => recordDialFailure(silence, failure, now), NO_SILENCE);
}

test('who says nothing to two dials over 2 s, while others answer, is given up', () => {
  const silence = hear(['timeout', 0], ['unreachable', 2_000]);
  expect(isGivenUp(silence, true, 1_999)).toBe(false);
  expect(isGivenUp(silence, true, 2_000)).toBe(true);
});

test('where nobody else answers it may be we who are cut off, and half a minute is waited', () => {
  const silence = hear(...[0, 1, 2, 3, 4, 5, 6].map((dial) => ['timeout', dial * 5_000] as const));
  expect(isGivenUp(silence, false, 29_999)).toBe(false);
  expect(isGivenUp(silence, false, 30_000)).toBe(true);
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

test('nobody is given up before 2 s of silence, nor after a sign of life', () => {
  const failures = fc.constantFrom<DialFailure>('refused', 'reset', 'timeout', 'unreachable', 'handshake', 'local');
  fc.assert(
    fc.property(fc.array(fc.tuple(failures, fc.nat(10_000))), fc.boolean(), (script, doOthersAnswer) => {
      let silence = NO_SILENCE;
      let now = 0;
      let aliveAt = 0;
      for (const [failure, pause] of script) {
        now += pause;
        silence = recordDialFailure(silence, failure, now);
        if (failure !== 'timeout' && failure !== 'unreachable' && failure !== 'local') aliveAt = now;
        if (isGivenUp(silence, doOthersAnswer, now)) expect(now - aliveAt).toBeGreaterThanOrEqual(2_000);
      }
    }),
  );
});
