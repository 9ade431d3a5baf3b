import fc from 'fast-check';
import { expect, test } from 'vitest';
import { JsonLines } from '../../src/etcd/json-lines.ts';

function readPieces(pieces: readonly string[]): readonly unknown[] {
  const documents: unknown[] = [];
  const lines = new JsonLines((document) => documents.push(document));
  for (const piece of pieces) lines.push(piece);
  return documents;
}

test('documents come out whole, in whatever pieces they came, and the last when its line has ended', () => {
  fc.assert(
    fc.property(
      fc.array(fc.jsonValue(), { maxLength: 5 }),
      fc.array(fc.integer({ min: 1, max: 9 })),
      (values, cuts) => {
        let rest = values.map((value) => `${JSON.stringify(value)}\n`).join('\n');
        const pieces = cuts.map((length) => {
          const piece = rest.slice(0, length);
          rest = rest.slice(length);
          return piece;
        });
        expect(JSON.stringify(readPieces([...pieces, rest, '{"half":']))).toBe(JSON.stringify(values));
      },
    ),
  );
});

test('a line that is no JSON is an error', () => {
  expect(() => readPieces(['{"a":1}\n<html>\n'])).toThrow(/no JSON/);
});

test('a line without an end is an error once it is too long, also when it comes in small pieces', () => {
  expect(() => readPieces(['x'.repeat(16 * 1024 * 1024 + 1)])).toThrow(/too long/);
  const lines = new JsonLines(() => undefined);
  const piece = 'x'.repeat(64);
  expect(() => {
    for (let count = 0; count <= (16 * 1024 * 1024) / 64; count++) lines.push(piece);
  }).toThrow(/too long/);
});
