import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scaleWeights } from '../../../src/commands/render/server.ts';

test.each<[number[], number, number[]]>([
  [[], 256, []],
  [[0, 0], 256, [1, 1]],
  [[10, 30, 60], 256, [10, 30, 60]],
  [[10, 0], 256, [10, 1]],
  [[10, 0, 0], 256, [20, 1, 1]],
  [[65_535, 1], 256, [256, 1]],
  [[512, 256], 256, [256, 128]],
])('%j up to %i become %j', (weights, highest, scaled) => {
  expect(scaleWeights(weights, highest)).toEqual(scaled);
});

test('every weight is a whole number from 1 on within the range, and the order is kept', () => {
  const weights = fc.array(fc.integer({ min: 0, max: 65_535 }), { maxLength: 20 });
  fc.assert(
    fc.property(weights, fc.constantFrom(256, 65_535), (given, highest) => {
      const scaled = scaleWeights(given, highest);
      for (const [index, weight] of scaled.entries()) {
        expect(Number.isInteger(weight) && weight >= 1 && weight <= highest).toBe(true);
        for (const [other, value] of scaled.entries()) {
          if ((given[index] ?? 0) > (given[other] ?? 0)) expect(weight).toBeGreaterThanOrEqual(value);
        }
      }
    }),
  );
});
