import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeUnprintable, stringifyPrintably } from '../src/printable.ts';

/** Controls, line separators, marks of direction, what nobody sees, tags, lone surrogates. */
const HOSTILE = /[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}\p{Variation_Selector}\p{Default_Ignorable_Code_Point}]/u;
const hostileText = fc
  .array(
    fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0x1b, 0x9b, 0x202e, 0x2028, 0x200b, 0xdb40, 0xdc41)),
  )
  .map((units) => String.fromCharCode(...units));

test.each([
  ['plain "text" \\', 'plain "text" \\'],
  ['Küche, 台所, 🦊', 'Küche, 台所, 🦊'],
  ['\u001b]0;x\u0007\r\n', '\\u{1b}]0;x\\u{7}\\u{d}\\u{a}'],
  ['\u009b\u202e\u200b\ufeff\u{e0041}\ud800', '\\u{9b}\\u{202e}\\u{200b}\\u{feff}\\u{e0041}\\u{d800}'],
])('%j is shown as %s', (text, shown) => {
  expect(escapeUnprintable(text)).toBe(shown);
});

test('JSON escapes what a terminal would act on, astral characters by their halves', () => {
  expect(stringifyPrintably({ a: '\u009b\u{e0041}"é' })).toBe('{"a":"\\u009b\\udb40\\udc41\\"é"}');
});

test('whatever came, nothing hostile is left, and JSON reads back as it was', () => {
  fc.assert(
    fc.property(hostileText, hostileText, (key, text) => {
      expect(escapeUnprintable(text)).not.toMatch(HOSTILE);
      const value = Object.fromEntries([[key, [text, 1, null, true]]]);
      const json = stringifyPrintably(value);
      expect(json).not.toMatch(HOSTILE);
      expect(JSON.parse(json)).toEqual(value);
    }),
  );
});
