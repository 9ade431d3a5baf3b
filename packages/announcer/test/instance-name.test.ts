import fc from 'fast-check';
import { expect, test } from 'vitest';
import { trimInstanceName } from '../src/instance-name.ts';

test('A name that fits stays as it is', () => {
  expect(trimInstanceName('redis on h1')).toBe('redis on h1');
  expect(trimInstanceName('x'.repeat(63))).toBe('x'.repeat(63));
});

test('A longer name is cut to 63 bytes', () => {
  expect(trimInstanceName('x'.repeat(64))).toBe('x'.repeat(63));
});

test('A character of several bytes or code points is kept whole or left out', () => {
  expect(trimInstanceName('ü'.repeat(32))).toBe('ü'.repeat(31));
  const family = '👩‍👩‍👧';
  expect(trimInstanceName(`${'x'.repeat(50)}${family}`)).toBe('x'.repeat(50));
});

test('A trimmed name is valid UTF-8 of 63 bytes at most and begins as the name did', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 120 }), (name) => {
      const trimmed = trimInstanceName(name);
      expect(Buffer.byteLength(trimmed)).toBeLessThanOrEqual(63);
      expect(name.startsWith(trimmed)).toBe(true);
      expect(Buffer.from(trimmed).toString()).toBe(trimmed);
    }),
  );
});
