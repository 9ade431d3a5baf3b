import { expect, test } from 'vitest';
import { parseTxt } from '../../src/parse/txt.ts';

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
  [['mesh=x'], 'written by ambassador itself'],
  [['Mac-Prev=x'], 'written by ambassador itself'],
  [['a=1', 'A=2'], 'given twice'],
  [[`k=${'v'.repeat(300)}`], 'shorten it to 255'],
  [Array.from({ length: 5 }, (_, at) => `k${at}=${'v'.repeat(224)}`), 'more than 1135 bytes'],
])('%j: %s', (texts, sentence) => {
  expect(() => parseTxt(texts)).toThrow(sentence);
});

test('1135 bytes together leave room for what the announcer writes itself', () => {
  const texts = Array.from({ length: 5 }, (_, at) => `k${at}=${'v'.repeat(223)}`);
  expect(parseTxt(texts).size).toBe(5);
});

test('255 bytes are just allowed', () => {
  expect(parseTxt([`k=${'v'.repeat(253)}`]).size).toBe(1);
});
