import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { formatMeshKey, MeshKey, parseMeshKey } from '../../src/keys/mesh-key.ts';

const SECRET = Uint8Array.from({ length: 32 }, (_, index) => index);
const TEXT = formatMeshKey(new MeshKey(SECRET));

test('a key is amb1_ and 56 characters, and is read back', () => {
  expect(TEXT).toMatch(/^amb1_[0-9a-hjkmnp-tv-z]{56}$/);
  expect(parseMeshKey(TEXT).secret).toEqual(Buffer.from(SECRET));
  expect(parseMeshKey(TEXT.toUpperCase()).secret).toEqual(Buffer.from(SECRET));
});

test('a key with one other character is refused', () => {
  fc.assert(
    fc.property(fc.nat({ max: 55 }), fc.constantFrom(...'0123456789abcdefghjkmnpqrstvwxyz'), (at, character) => {
      const index = 5 + at;
      fc.pre(TEXT[index] !== character);
      const changed = TEXT.slice(0, index) + character + TEXT.slice(index + 1);
      expect(() => parseMeshKey(changed)).toThrow('its checksum is wrong');
    }),
    // One in 16 million gets through.
    { numRuns: 500 },
  );
});

describe('A key that is no key is refused with what is wrong, and is not repeated', () => {
  test.each([
    ['', 'does not begin with amb1_'],
    ['amb2_0000', 'does not begin with amb1_'],
    [TEXT.slice(0, -1), '56 characters follow amb1_, and there are 55'],
    [`${TEXT.slice(0, -1)}!`, 'a character that no key has'],
  ])('%s', (text, problem) => {
    expect(() => parseMeshKey(text)).toThrow(problem);
    if (text.length > 5) expect(() => parseMeshKey(text)).not.toThrow(text);
  });

  test('any text throws a MeshError and nothing else', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(() => parseMeshKey(`amb1_${text}`)).toThrow(expect.objectContaining({ code: 'MALFORMED_KEY' }));
      }),
    );
  });
});

test('the secret is in no print of a key', () => {
  const key = new MeshKey(SECRET);
  const prints = `${key} ${JSON.stringify({ key })} ${inspect(key, { depth: 5, showHidden: true })}`;
  expect(prints).toBe('[mesh key] {"key":"[mesh key]"} [mesh key]');
});
