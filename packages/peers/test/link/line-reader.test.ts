import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineReader } from '../../src/link/line-reader.ts';

test('lines come out as they went in, however the bytes are cut', () => {
  const line = fc.string({ unit: 'grapheme', maxLength: 20 }).map((text) => text.replaceAll('\n', ' '));
  fc.assert(
    fc.property(fc.array(line), fc.integer({ min: 1, max: 9 }), (lines, size) => {
      const bytes = Buffer.from(lines.map((text) => `${text}\n`).join(''));
      const reader = new LineReader(1_000);
      const read: string[] = [];
      for (let from = 0; from < bytes.length; from += size) {
        read.push(...(reader.push(bytes.subarray(from, from + size)) ?? []));
      }
      expect(read).toEqual(lines.map((text) => Buffer.from(text).toString()));
    }),
  );
});

test('a line that is too long ends it', () => {
  const reader = new LineReader(4);
  expect(reader.push(Buffer.from('abcd\nab'))).toEqual(['abcd']);
  expect(reader.push(Buffer.from('cde'))).toBeUndefined();
  expect(reader.push(Buffer.from('x\n'))).toBeUndefined();
});
