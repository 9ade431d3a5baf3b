import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeHtml } from '../src/escape-html.ts';

test('markup and quotes are entities', () => {
  expect(escapeHtml(`<img src=x onerror="a&b('c')">`)).toBe(
    '&lt;img src=x onerror=&quot;a&amp;b(&#39;c&#39;)&quot;&gt;',
  );
});

test('controls, turned text and what nobody sees are shown as escapes', () => {
  expect(escapeHtml('a\u001b[2Jb\u202ec\u200bd\ud800')).toBe('a\\u{1b}[2Jb\\u{202e}c\\u{200b}d\\u{d800}');
});

test('long text is cut', () => {
  expect(escapeHtml('x'.repeat(10_000))).toHaveLength(257);
});

test('nothing that comes out can open a tag or end an attribute', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(escapeHtml(text)).not.toMatch(/[<>"'\p{C}]/u);
    }),
  );
});
