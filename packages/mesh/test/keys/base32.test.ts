import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase32, encodeBase32 } from '../../src/keys/base32.ts';

test('bytes come back as they were, in either case', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
      const text = encodeBase32(bytes);
      expect(decodeBase32(text)).toEqual(bytes);
      expect(decodeBase32(text.toUpperCase())).toEqual(bytes);
    }),
  );
});

test('letters that people take for digits are read as these', () => {
  expect(decodeBase32('o1il0000')).toEqual(decodeBase32('01110000'));
});

test.each(['u', '!', '0', '00000001x_', 'zz1'])('%s is no base32 of whole bytes', (text) => {
  expect(decodeBase32(text)).toBeUndefined();
});
