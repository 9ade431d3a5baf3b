import { expect, test } from 'vitest';
import { formatTable, measureWidth } from '../../src/output/table.ts';

test('columns are as wide as their widest cell, and lines have no blanks at their end', () => {
  expect(
    formatTable([
      ['SERVICE', 'INSTANCE', ''],
      ['redis', 'redis on h1', 'x'],
      ['ipp', 'Küche', ''],
    ]),
  ).toEqual(['SERVICE   INSTANCE', 'redis     redis on h1   x', 'ipp       Küche']);
});

test('wide characters take two columns, combining marks none', () => {
  expect(measureWidth('台所')).toBe(4);
  expect(measureWidth('🦊')).toBe(2);
  expect(measureWidth('e\u0301')).toBe(1);
});
