import { seededRandom } from '@mdns-ambassador/testkit';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawByShare, shareByWeight } from '../../src/pool/weight.ts';
import { candidate, countDraws } from './fixtures.ts';

describe('shareByWeight (RFC 2782)', () => {
  test.each([
    { weights: [], shares: [] },
    { weights: [0], shares: [1] },
    { weights: [0, 0, 0], shares: [1, 1, 1] },
    { weights: [10, 30, 60], shares: [10, 30, 60] },
    { weights: [0, 99], shares: [1, 99] },
    { weights: [0, 0, 98], shares: [0.5, 0.5, 98] },
    { weights: [65_535, 1], shares: [65_535, 1] },
  ])('weights $weights have shares $shares', ({ weights, shares }) => {
    expect(shareByWeight(weights)).toEqual(shares);
  });

  test('every share is above 0, so nobody is starved for ever', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(65_535), { minLength: 1, maxLength: 50 }), (weights) => {
        const shares = shareByWeight(weights);
        expect(shares).toHaveLength(weights.length);
        expect(shares.every((share) => share > 0)).toBe(true);
      }),
    );
  });

  test('what weight 0 gets beside others is what the RFC’s own algorithm gives it: 1 in sum + 1', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 4 }),
        (weights, zeros) => {
          const shares = shareByWeight([...weights, ...Array.from({ length: zeros }, () => 0)]);
          const total = shares.reduce((sum, share) => sum + share, 0);
          const ofZeros = shares.slice(weights.length).reduce((sum, share) => sum + share, 0);
          const sum = weights.reduce((left, right) => left + right, 0);
          expect(ofZeros / total).toBeCloseTo(1 / (sum + 1), 9);
        },
      ),
    );
  });
});

describe('drawByShare', () => {
  test('draws in proportion to the shares', () => {
    const random = seededRandom(1);
    const candidates = [candidate('a', { share: 10 }), candidate('b', { share: 30 }), candidate('c', { share: 60 })];
    const counts = countDraws(10_000, () => drawByShare(candidates, random)?.endpoint.id);
    expect(counts.a).toBeGreaterThan(850);
    expect(counts.a).toBeLessThan(1_150);
    expect(counts.b).toBeGreaterThan(2_800);
    expect(counts.b).toBeLessThan(3_200);
  });

  test('draws nobody from nobody, and always the only one', () => {
    expect(drawByShare([], () => 0.5)).toBeUndefined();
    expect(drawByShare([candidate('a')], () => 0.999_999_999)?.endpoint.id).toBe('a');
  });

  test('draws one of the candidates whatever the random number', () => {
    fc.assert(
      fc.property(
        fc.array(fc.nat(65_535), { minLength: 1, maxLength: 20 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (weights, number) => {
          const shares = shareByWeight(weights);
          const candidates = shares.map((share, index) => candidate(`e${index}`, { share }));
          expect(candidates).toContain(drawByShare(candidates, () => number));
        },
      ),
    );
  });
});
