import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Box, layOut, type Piece } from '../../page/layout.ts';

const pieces = fc.uniqueArray(
  fc.record({
    id: fc.string({ minLength: 1, maxLength: 6 }),
    height: fc.integer({ min: 40, max: 400 }),
    side: fc.constantFrom('uses', 'offers') as fc.Arbitrary<Piece['side']>,
  }),
  { selector: ({ id }) => id, maxLength: 60 },
);
const width = fc.integer({ min: 300, max: 2_000 });

function overlap(a: Box, b: Box): boolean {
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
}

function expectSound(layout: ReturnType<typeof layOut>, all: readonly Piece[]): void {
  const boxes = [...layout.boxes.values()];
  expect(new Set(layout.boxes.keys())).toEqual(new Set(all.map(({ id }) => id)));
  for (const [index, box] of boxes.entries()) {
    expect(box.x).toBeGreaterThanOrEqual(0);
    expect(box.x + box.width).toBeLessThanOrEqual(layout.width);
    expect(box.y + box.height).toBeLessThanOrEqual(layout.height);
    for (const other of boxes.slice(index + 1)) expect(overlap(box, other)).toBe(false);
  }
}

test('no two boxes overlap, all are within the picture, and the same pieces lie the same', () => {
  fc.assert(
    fc.property(pieces, width, (all, wide) => {
      const layout = layOut(all, wide);
      expectSound(layout, all);
      expect(layOut(all, wide)).toEqual(layout);
    }),
  );
});

test('whoever leaves, the others stay where they are', () => {
  fc.assert(
    fc.property(pieces, width, fc.nat(), (all, wide, at) => {
      const before = layOut(all, wide);
      const left = all.filter((_, index) => index !== at % all.length);
      fc.pre(left.some(({ side }) => side === 'uses') === all.some(({ side }) => side === 'uses'));
      const after = layOut(left, wide, before);
      expectSound(after, left);
      for (const [id, box] of after.boxes) expect(before.boxes.get(id)).toEqual(box);
    }),
  );
});

test('through any changes there is room for all', () => {
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 6 }), width, (rounds, wide) => {
      let layout: ReturnType<typeof layOut> | undefined;
      for (const all of rounds) {
        layout = layOut(all, wide, layout);
        expectSound(layout, all);
      }
    }),
  );
});

test('who uses others stands left of who only offers; on a phone they stand below one another', () => {
  const all: readonly Piece[] = [
    { id: 'nas', height: 100, side: 'offers' },
    { id: 'desk', height: 100, side: 'uses' },
  ];
  const wide = layOut(all, 1_300).boxes;
  expect(wide.get('desk')?.x).toBeLessThan(wide.get('nas')?.x ?? 0);
  const narrow = layOut(all, 330).boxes;
  expect(narrow.get('desk')).toEqual({ x: 0, y: 0, width: 278, height: 100 });
  expect(narrow.get('nas')).toEqual({ x: 0, y: 116, width: 278, height: 100 });
});

test('who comes takes the slot of one who left', () => {
  const piece = (id: string): Piece => ({ id, height: 80, side: 'offers' });
  const before = layOut(['a', 'b', 'c'].map(piece), 900);
  const gap = layOut(['a', 'c'].map(piece), 900, before);
  const filled = layOut(['a', 'c', 'd'].map(piece), 900, gap);
  expect(filled.boxes.get('d')).toEqual(before.boxes.get('b'));
});
