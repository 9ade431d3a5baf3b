import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeSentence, escapeText } from '../../src/output/escape.ts';

test.each([
  ['plain text, Küche, 台所, 🦊', 'plain text, Küche, 台所, 🦊'],
  ['\u001b[31mred', '\\u{1b}[31mred'],
  ['two\nlines\r', 'two\\u{a}lines\\u{d}'],
  ['\u007f\u009b', '\\u{7f}\\u{9b}'],
  ['\u202egnp.exe', '\\u{202e}gnp.exe'],
  ['a\u200bb\ufeffc\u00add', 'a\\u{200b}b\\u{feff}c\\u{ad}d'],
  ['\u2028\u2029', '\\u{2028}\\u{2029}'],
  ['\u{e0041}', '\\u{e0041}'],
  ['\ud800', '\\u{d800}'],
  ['back\\slash \\u{1b}', 'back\\\\slash \\\\u{1b}'],
])('%j is shown as %s', (text, shown) => {
  expect(escapeText(text)).toBe(shown);
});

test('text of up to 128 characters is whole, longer text is cut', () => {
  expect(escapeText('x'.repeat(128))).toBe('x'.repeat(128));
  expect(escapeText('x'.repeat(129))).toBe(`${'x'.repeat(127)}…`);
});

test('a sentence is told to its end, where it says what to do', () => {
  const sentence = `\u001b${'x'.repeat(300)}; do this`;
  expect(escapeSentence(sentence)).toBe(`\\u{1b}${'x'.repeat(300)}; do this`);
  expect(escapeSentence('x'.repeat(513))).toBe(`${'x'.repeat(511)}…`);
});

const anyText = fc.string({ unit: 'binary', maxLength: 300 });
const hostileText = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.constantFrom(0x1b, 0x9b, 0x202e, 0x200b, 0xd800, 0xdc00)))
  .map((units) => String.fromCharCode(...units));

test('nothing that moves a cursor, turns the text or hides passes, whatever came', () => {
  fc.assert(
    fc.property(fc.oneof(anyText, hostileText), (text) => {
      const shown = escapeText(text);
      expect(shown).not.toMatch(/[\p{C}\p{Zl}\p{Zp}\p{Default_Ignorable_Code_Point}]/u);
      expect(shown.isWellFormed?.() ?? true).toBe(true);
      expect(shown.length).toBeLessThanOrEqual(128);
    }),
  );
});

test('two texts that are shown whole are shown alike only when they are the same', () => {
  const short = fc.string({ unit: 'binary', maxLength: 6 });
  fc.assert(
    fc.property(short, short, (a, b) => {
      expect(escapeText(a) === escapeText(b)).toBe(a === b);
    }),
  );
});
