import { expect, test } from 'vitest';
import { Histogram } from '../src/histogram.ts';

test('each value counts under every bound that it does not exceed', () => {
  const histogram = new Histogram([1, 5]);
  for (const value of [0, 1, 1.5, 5, 6]) histogram.observe(value);
  expect(histogram.view()).toEqual({ bounds: [1, 5], counts: [2, 4, 5], sum: 13.5 });
});

test('what was seen before stays as it was', () => {
  const histogram = new Histogram([1]);
  const before = histogram.view();
  histogram.observe(1);
  expect(before).toEqual({ bounds: [1], counts: [0, 0], sum: 0 });
});
