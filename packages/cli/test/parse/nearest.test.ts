import fc from 'fast-check';
import { expect, test } from 'vitest';
import { findNearest, measureDistance } from '../../src/parse/nearest.ts';

test('a typing error finds the word that was meant', () => {
  expect(findNearest('prxoy', ['announce', 'proxy', 'list'])).toBe('proxy');
  expect(findNearest('balence', ['balance', 'listen'])).toBe('balance');
  expect(findNearest('LIST', ['announce', 'list'])).toBe('list');
});

test('a word that is like none of them finds none', () => {
  expect(findNearest('frobnicate', ['announce', 'proxy', 'list'])).toBeUndefined();
  expect(findNearest('', ['announce'])).toBeUndefined();
});

test('a part of a word finds the shortest whole', () => {
  const options = ['config', 'mesh-key-file', 'mesh-key-file-of-another', 'peer'];
  for (const part of ['mesh-key', 'key-file', 'keyfile', 'mesh', 'KEY']) {
    expect(findNearest(part, options)).toBe('mesh-key-file');
  }
  expect(findNearest('fi', options)).toBeUndefined();
});

test('two swapped neighbours are one error', () => {
  expect(measureDistance('prxoy', 'proxy')).toBe(1);
});

test('the distance is symmetric, and 0 only to the word itself', () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => {
      expect(measureDistance(a, b)).toBe(measureDistance(b, a));
      expect(measureDistance(a, b) === 0).toBe(a === b);
    }),
  );
});
