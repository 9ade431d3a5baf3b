import { expect, test } from 'vitest';
import { parseTxt } from '../../src/parse/txt.ts';

/** Keys and values that come to 908 bytes, and one of so many more. */
const textsOf = (last: number): readonly string[] =>
  [227, 227, 227, 227, last].map((size, at) => `k${at}=${'v'.repeat(size - 4)}`);
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

test('keys have a value, an empty one, or none', () => {
  expect(parseTxt(['path=/a=b', 'empty=', 'beta', 'name=Küche'])).toEqual(
    new Map<string, Uint8Array | true>([
      ['path', bytes('/a=b')],
      ['empty', bytes('')],
      ['beta', true],
      ['name', bytes('Küche')],
    ]),
  );
});

test.each([
  [['=a'], 'has no key'],
  [[''], 'has no key'],
  [['schlüssel=a'], 'printable ASCII'],
  [['id=3'], 'written by ambassador itself'],
  [['TXTVERS=2'], 'written by ambassador itself'],
  [['st=drain'], 'written by ambassador itself'],
  [['peer=5350'], 'written by ambassador itself'],
  [['mesh=x'], 'written by ambassador itself'],
  [['Mac-Prev=x'], 'written by ambassador itself'],
  [['a=1', 'A=2'], 'given twice'],
  [[`k=${'v'.repeat(300)}`], 'shorten it to 255'],
  [textsOf(217), 'more than 1124 bytes'],
])('%j: %s', (texts, sentence) => {
  expect(() => parseTxt(texts)).toThrow(sentence);
});

test('1124 bytes together leave room for what the announcer writes itself', () => {
  expect(parseTxt(textsOf(216)).size).toBe(5);
});

test('255 bytes are just allowed', () => {
  expect(parseTxt([`k=${'v'.repeat(253)}`]).size).toBe(1);
});
