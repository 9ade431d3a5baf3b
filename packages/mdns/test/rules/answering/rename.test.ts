import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { renameHost, renameService } from '../../../src/rules/answering/rename.ts';

const bytesOf = (text: string): number => new TextEncoder().encode(text).length;

describe('renameService', () => {
  it('counts, then draws an ending, then insists (RFC 6763 D)', () => {
    const rename = (renames: number) => renameService('redis on h1', renames, () => 0);
    expect(rename(0)).toBe('redis on h1 (2)');
    expect(rename(1)).toBe('redis on h1 (3)');
    expect(rename(2)).toBe('redis on h1 (aaaaa)');
    expect(rename(3)).toBeUndefined();
    expect(rename(4)).toBeUndefined();
  });

  it('counts on from a number that is there already (RFC 6763 D)', () => {
    expect(renameService('redis (2)', 0, () => 0)).toBe('redis (3)');
    expect(renameService('redis (2)', 1, () => 0)).toBe('redis (4)');
  });

  it('cuts whole characters so that 63 bytes hold the name (RFC 6763 4.1.1)', () => {
    expect(renameService('x'.repeat(63), 0, () => 0)).toBe(`${'x'.repeat(59)} (2)`);
    expect(renameService(`${'x'.repeat(58)} tail`, 0, () => 0)).toBe(`${'x'.repeat(58)} (2)`);
    expect(renameService('🦜'.repeat(15), 0, () => 0)).toBe(`${'🦜'.repeat(14)} (2)`);
  });

  it('always yields a valid label that is another (RFC 6763 4.1.1)', () => {
    const label = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 63 }).filter((text) => bytesOf(text) <= 63);
    fc.assert(
      fc.property(label, fc.integer({ min: 0, max: 2 }), (name, renames) => {
        const renamed = renameService(name, renames, () => 0.5) ?? name;
        expect(bytesOf(renamed)).toBeLessThanOrEqual(63);
        expect(renamed).not.toBe(name);
        expect(renamed.isWellFormed()).toBe(name.isWellFormed());
      }),
    );
  });
});

describe('renameHost', () => {
  it('draws other random characters, three times at most', () => {
    expect(renameHost('h1-k3x9', 0, () => 0)).toBe('h1-aaaa');
    expect(renameHost('h1', 2, () => 0.999)).toBe('h1-7777');
    expect(renameHost('h1-k3x9', 3, () => 0)).toBeUndefined();
  });
});
