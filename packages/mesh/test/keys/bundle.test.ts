import fc from 'fast-check';
import { expect, test } from 'vitest';
import { listKeys } from '../../src/key-ring.ts';
import { cutBundle, formatBundle, parseBundle } from '../../src/keys/bundle.ts';
import { deriveAuthoritySeed, deriveMeshId } from '../../src/keys/derive.ts';
import { createRing } from '../mesh-fixture.ts';

const ring = createRing();
const keys = [ring.current, createRing().current];

test('a token is read back as it was cut, with the previous key in it', async () => {
  const bundle = await cutBundle(keys, 'announce', 'redis');
  const text = formatBundle(bundle);
  expect(text).toMatch(/^ambt1_[\w-]+$/);
  const read = parseBundle(text);
  expect(read).toMatchObject({ role: 'announce', service: 'redis' });
  expect(read.parts.map(({ meshId }) => meshId)).toEqual(keys.map(deriveMeshId));
  expect(formatBundle(read)).toBe(text);
});

test('a token holds the private half of its own authority, and of no other', async () => {
  const bytes = Buffer.from(formatBundle(await cutBundle(listKeys(ring), 'proxy', 'redis')).slice(6), 'base64url');
  expect(bytes.includes(deriveAuthoritySeed(ring.current, 'proxy', 'redis'))).toBe(true);
  expect(bytes.includes(deriveAuthoritySeed(ring.current, 'announce', 'redis'))).toBe(false);
  expect(bytes.includes(Buffer.from(ring.current.secret))).toBe(false);
});

test('a token that was changed or cut off is refused', async () => {
  const text = formatBundle(await cutBundle(keys, 'proxy', 'redis'));
  for (const last of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_') {
    if (text.endsWith(last)) continue;
    expect(() => parseBundle(text.slice(0, -1) + last)).toThrow(expect.objectContaining({ code: 'MALFORMED_KEY' }));
  }
  fc.assert(
    fc.property(fc.nat({ max: text.length - 7 }), (at) => {
      const index = 6 + at;
      const changed = text.slice(0, index) + (text[index] === 'A' ? 'B' : 'A') + text.slice(index + 1);
      expect(() => parseBundle(changed)).toThrow(expect.objectContaining({ code: 'MALFORMED_KEY' }));
      expect(() => parseBundle(text.slice(0, index))).toThrow(expect.objectContaining({ code: 'MALFORMED_KEY' }));
    }),
  );
});

test('any text throws a MeshError and nothing else', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.base64String()), (text) => {
      expect(() => parseBundle(`ambt1_${text}`)).toThrow(expect.objectContaining({ code: 'MALFORMED_KEY' }));
    }),
  );
});
