import { X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { cutBundle } from '../src/keys/bundle.ts';
import { deriveStandings } from '../src/standing.ts';
import { createRing } from './mesh-fixture.ts';

const MACHINE = { name: 'h1', id: 'h1' };

test('a token and the key that it was cut from give the same standing, byte for byte', async () => {
  const ring = createRing();
  const [own] = await deriveStandings(ring, 'proxy', 'Redis', MACHINE);
  const bundle = await cutBundle([ring.current], 'proxy', 'redis');
  const [given] = await deriveStandings({ kind: 'bundle', bundle }, 'proxy', 'redis', MACHINE);
  expect(given?.meshId).toBe(own?.meshId);
  expect(given?.byRole?.own.key.equals(own?.byRole?.own.key as never)).toBe(true);
  expect(new X509Certificate(given?.byRole?.peerAuthority ?? '').raw).toEqual(
    new X509Certificate(own?.byRole?.peerAuthority ?? '').raw,
  );
  expect(given?.byMachine).toBeUndefined();
});

test('an authority is one that may sign leaves and nothing else, and that never ends', async () => {
  const [standing] = await deriveStandings(createRing(), 'announce', 'redis', MACHINE);
  const authority = new X509Certificate(standing?.byRole?.peerAuthority ?? '');
  expect(authority.ca).toBe(true);
  expect(authority.subject).toBe(`CN=ambassador ${standing?.meshId} proxy redis`);
  expect(new Date(authority.validTo).getUTCFullYear()).toBe(9999);
  expect(authority.verify(authority.publicKey)).toBe(true);
});

test('what a token is not for is refused', async () => {
  const bundle = await cutBundle([createRing().current], 'proxy', 'redis');
  await expect(deriveStandings({ kind: 'bundle', bundle }, 'announce', 'redis', MACHINE)).rejects.toMatchObject({
    code: 'NOT_ENTITLED',
  });
  await expect(deriveStandings(createRing(), 'proxy', 'not a name', MACHINE)).rejects.toMatchObject({
    code: 'NOT_ENTITLED',
  });
});
