import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MdnsError } from '../src/mdns-error.ts';
import { encodeTxt, parseTxt } from '../src/txt.ts';
import { asciiBytes } from './wire/hex.ts';

describe('parseTxt', () => {
  it('tells key, key without value and key with an empty value apart (RFC 6763 6.4)', () => {
    expect(parseTxt(['a=1', 'b', 'c=', 'd=x=y'].map(asciiBytes))).toEqual(
      new Map<string, Uint8Array | true>([
        ['a', asciiBytes('1')],
        ['b', true],
        ['c', new Uint8Array(0)],
        ['d', asciiBytes('x=y')],
      ]),
    );
  });

  it('takes the first of a key that is repeated in whatever case (RFC 6763 6.4)', () => {
    expect(parseTxt(['Path=1', 'path=2', 'PATH'].map(asciiBytes))).toEqual(new Map([['Path', asciiBytes('1')]]));
  });

  it('ignores strings without a key, empty strings and keys that are not printable (RFC 6763 6.4)', () => {
    expect(parseTxt(['=1', '', '=', 'a\u001b=1', 'b\u00ff'].map(asciiBytes))).toEqual(new Map());
  });
});

describe('encodeTxt', () => {
  it('writes no pairs as one empty string (RFC 6763 6.1)', () => {
    expect(encodeTxt(new Map())).toEqual([new Uint8Array(0)]);
  });

  it('refuses pairs over 255 bytes and keys that no reader would find', () => {
    expect(encodeTxt(new Map([['k', new Uint8Array(253)]]))[0]).toHaveLength(255);
    expect(() => encodeTxt(new Map([['k', new Uint8Array(254)]]))).toThrow(MdnsError);
    for (const key of ['', 'a=b', 'ü', '\n']) expect(() => encodeTxt(new Map([[key, true]]))).toThrow(MdnsError);
  });

  it('is the inverse of parsing', () => {
    const key = fc.stringMatching(/^[a-z0-9 ]{1,9}$/);
    const value = fc.oneof(
      fc.constant(true as const),
      fc.uint8Array({ maxLength: 200 }).map((bytes) => new Uint8Array(bytes)),
    );
    fc.assert(
      fc.property(fc.array(fc.tuple(key, value)), (pairs) => {
        const txt = new Map(pairs);
        expect(parseTxt(encodeTxt(txt))).toEqual(txt);
      }),
    );
  });
});
