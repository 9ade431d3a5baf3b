import { generateKeyPairSync, X509Certificate } from 'node:crypto';
import { expect, test } from 'vitest';
import { createAuthorityKey, deriveAuthoritySeed, deriveMeshId } from '../src/keys/derive.ts';
import type { MeshKey } from '../src/keys/mesh-key.ts';
import { ALPN, Member } from '../src/member.ts';
import { PeerIdentity } from '../src/peer-identity.ts';
import { issueLeaf } from '../src/x509.ts';
import { createRing, TestClock } from './mesh-fixture.ts';

/** What a proxy of redis shows whose leaf is by the authority of one key and names the mesh of another. */
async function showLeaf(by: MeshKey, named: MeshKey) {
  const certificate = new X509Certificate(
    await issueLeaf({
      holder: { meshId: deriveMeshId(named), role: 'proxy', service: 'redis' },
      authorityKey: createAuthorityKey(deriveAuthoritySeed(by, 'proxy', 'redis')),
      publicKey: generateKeyPairSync('ed25519').publicKey,
      notAfter: new Date(Date.now() + 60_000),
    }),
  );
  return { alpnProtocol: ALPN, isSessionReused: () => false, getPeerX509Certificate: () => certificate };
}

test('a name counts only where the authority of its mesh gives it, also while a dropped key is still known to TLS', async () => {
  const [{ current }, { current: previous }] = [createRing(), createRing()];
  const member = await Member.join(
    { kind: 'keys', current, previous },
    { role: 'announce', service: 'redis', clock: new TestClock() },
  );
  const identity = new PeerIdentity(member, [ALPN]);
  const [right, old, liar] = await Promise.all([
    showLeaf(current, current),
    showLeaf(previous, previous),
    showLeaf(previous, current),
  ]);
  const judgeAll = () => [right, old, liar, liar].map((peer) => identity.judge(peer).kind);
  expect(judgeAll()).toEqual(['member', 'member', 'stranger', 'stranger']);
  // A handshake that began before had the authorities of both keys.
  await member.change({ kind: 'keys', current });
  expect(judgeAll()).toEqual(['member', 'stranger', 'stranger', 'stranger']);
  expect(new PeerIdentity(member, [ALPN]).judge(liar).kind).toBe('stranger');
  member.close();
});
