import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatName, isSameName, nameKey, parseName } from '../../src/wire/name.ts';
import { nameArbitrary } from './arbitrary.ts';

describe('nameKey', () => {
  it('folds ASCII letters and no others (RFC 6762 16)', () => {
    expect(nameKey(['Redis', 'LOCAL'])).toBe('redis.local');
    expect(nameKey(['BÜRO'])).toBe('bÜro');
  });

  it('tells a dot within a label from one between labels (RFC 6763 4.3)', () => {
    expect(nameKey(['a.b', 'c'])).not.toBe(nameKey(['a', 'b', 'c']));
    expect(nameKey(['a.b', 'c'])).not.toBe(nameKey(['a', 'b.c']));
    expect(nameKey(['a\\', 'b'])).not.toBe(nameKey(['a\\.b']));
    expect(nameKey([])).toBe('');
  });

  it('is the same for equal names only', () => {
    fc.assert(
      fc.property(nameArbitrary, nameArbitrary, (a, b) => {
        const lower = (text: string): string => text.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
        const isEqual = JSON.stringify(a.map(lower)) === JSON.stringify(b.map(lower));
        expect(nameKey(a) === nameKey(b)).toBe(isEqual);
        expect(isSameName(a, b)).toBe(isEqual);
        expect(isSameName(a, [...a])).toBe(true);
      }),
    );
  });
});

describe('parseName', () => {
  it('is the inverse of formatName (RFC 6763 4.3)', () => {
    fc.assert(
      fc.property(nameArbitrary, (name) => {
        expect(parseName(formatName(name))).toEqual(name);
      }),
    );
  });

  it('takes a trailing dot and decimal escapes', () => {
    expect(parseName('a\\032b\\.c.local.')).toEqual(['a b.c', 'local']);
  });
});
