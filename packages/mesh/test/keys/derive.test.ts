import { createHash, hkdfSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthorityKey, deriveAuthoritySeed, deriveMeshId, deriveTxtKey } from '../../src/keys/derive.ts';
import { MeshKey } from '../../src/keys/mesh-key.ts';

const KEY = new MeshKey(Uint8Array.from({ length: 32 }, (_, index) => index));

test('what is derived is the same on every machine and in every version', () => {
  expect(deriveMeshId(KEY)).toBe('af3d389b1f1690d6');
  const expected = Buffer.from(hkdfSync('sha256', KEY.secret, 'ambassador/mesh/v1', 'ca/announce/redis', 32));
  expect(deriveAuthoritySeed(KEY, 'announce', 'redis')).toEqual(expected);
});

test('every role and service has a secret of its own', () => {
  const secrets = [
    deriveAuthoritySeed(KEY, 'announce', 'redis'),
    deriveAuthoritySeed(KEY, 'proxy', 'redis'),
    deriveAuthoritySeed(KEY, 'proxy', 'postgres'),
    deriveTxtKey(KEY, 'redis'),
    deriveTxtKey(KEY, 'postgres'),
  ].map((bytes) => bytes.toString('hex'));
  expect(new Set(secrets).size).toBe(secrets.length);
  expect(secrets).not.toContain(deriveMeshId(KEY));
});

test('a seed becomes an Ed25519 key', () => {
  const key = createAuthorityKey(createHash('sha256').digest());
  expect(key.asymmetricKeyType).toBe('ed25519');
});
