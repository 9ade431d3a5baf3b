import { expect, test } from 'vitest';
import { drawId } from '../src/draw-id.ts';

test('an id is of 16 hexadecimal digits, whatever is drawn', () => {
  const drawn = [0, 0.5, 1 - Number.EPSILON];
  expect(drawn.map((each) => drawId(() => each))).toEqual(['0'.repeat(16), '8'.repeat(16), 'f'.repeat(16)]);
});

test('many that are drawn differ', () => {
  expect(new Set(Array.from({ length: 1_000 }, () => drawId(Math.random))).size).toBe(1_000);
});
