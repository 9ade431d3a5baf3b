import fc from 'fast-check';
import { expect, test } from 'vitest';
import { drawCurve } from '../../page/curve.ts';
import { layOut, type Piece } from '../../page/layout.ts';

const pieces = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 6 }),
    height: fc.integer({ min: 60, max: 400 }),
    side: fc.constantFrom('uses', 'offers') as fc.Arbitrary<Piece['side']>,
  }),
  { selector: ({ id }) => id, minLength: 2, maxLength: 60 },
);

/** The places of a path, some of each of its parts. */
function sample(path: string): readonly (readonly [x: number, y: number])[] {
  const places: [number, number][] = [];
  let [x, y] = [0, 0];
  for (const [, kind, text = ''] of path.matchAll(/([MCH])([^MCH]+)/g)) {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0] = text.split(' ').map(Number);
    if (kind === 'M') [x, y] = [a, b];
    for (let step = 0; step <= 20; step++) {
      const [t, u] = [step / 20, 1 - step / 20];
      const cubic = (p: number, q: number, r: number, s: number): number =>
        u ** 3 * p + 3 * u * u * t * q + 3 * u * t * t * r + t ** 3 * s;
      if (kind === 'C') places.push([cubic(x, a, c, e), cubic(y, b, d, f)]);
      if (kind === 'H') places.push([x + (a - x) * t, y]);
    }
    if (kind === 'C') [x, y] = [e, f];
    if (kind === 'H') x = a;
  }
  return places;
}

test('a line ends where its row is, ahead or back', () => {
  const [left, right] = [
    { x: 0, y: 0, width: 100, height: 50 },
    { x: 300, y: 0, width: 100, height: 50 },
  ];
  expect(drawCurve(left, 10, right, 40, { width: 400, passages: [] }).path).toBe('M100 10C200 10 200 40 300 40');
  const back = drawCurve(left, 10, { ...left, y: 100 }, 140, { width: 150, passages: [] });
  expect(back.path).toMatch(/^M100 10C.* 100 140$/);
  expect(back.x).toBeLessThanOrEqual(150);
});

test('a line to another column lies behind no box, and ends at both of its own', () => {
  fc.assert(
    fc.property(pieces, fc.integer({ min: 600, max: 2_000 }), fc.nat(), fc.nat(), (all, width, one, other) => {
      const layout = layOut(all, width);
      const boxes = [...layout.boxes.values()];
      const [from, to] = [boxes[one % boxes.length], boxes[other % boxes.length]];
      fc.pre(from !== undefined && to !== undefined && to.x > from.x);
      if (from === undefined || to === undefined) return;
      const [fromY, toY] = [from.y + 40, to.y + 55];
      const { path, x, y } = drawCurve(from, fromY, to, toY, layout);
      const places = [...sample(path), [x, y] as const];
      expect(path.startsWith(`M${from.x + from.width} ${fromY}C`)).toBe(true);
      expect(path.endsWith(` ${to.x} ${toY}`)).toBe(true);
      for (const box of boxes) {
        const isBehind = ([left, top]: (typeof places)[number]): boolean =>
          left > box.x + 1 && left < box.x + box.width - 1 && top > box.y && top < box.y + box.height;
        expect(places.filter(isBehind)).toEqual([]);
      }
    }),
  );
});
