import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { MeshError } from '../mesh-error.ts';
import { foldServiceName, oppositeRole, type Role } from '../role.ts';
import { issueAuthority } from '../x509.ts';
import { createAuthorityKey, deriveAuthoritySeed, deriveMeshId } from './derive.ts';
import { explainRefusal, type KeyRing, listKeys } from './key-ring.ts';

/** What one mesh key gives to one role of one service: the right to make its own leaves, and how to recognise the others. */
export interface Standing {
  readonly meshId: string;
  readonly role: Role;
  readonly service: string;
  readonly authorityKey: KeyObject;
  /** Of the other role of the same service. PEM, and parsed. */
  readonly peerAuthority: string;
  readonly peerAuthorityKey: KeyObject;
}

/** Throws a MeshError, NOT_ENTITLED, when the ring is a token for something else. */
export function requireEntitled(ring: KeyRing, role: Role, service: string): void {
  const refusal = explainRefusal(ring, role, service);
  if (refusal !== undefined) throw new MeshError('NOT_ENTITLED', refusal);
}

/** The current key's first. Throws a MeshError, NOT_ENTITLED, when the ring is a token for something else. */
export async function deriveStandings(ring: KeyRing, role: Role, service: string): Promise<readonly Standing[]> {
  const name = foldServiceName(service);
  requireEntitled(ring, role, name);
  const other = oppositeRole(role);
  if (ring.kind === 'bundle') {
    return ring.bundle.parts.map(({ meshId, seed, peerAuthority }) => {
      const certificate = new X509Certificate(peerAuthority);
      return {
        meshId,
        role,
        service: name,
        authorityKey: createAuthorityKey(seed),
        peerAuthority: certificate.toString(),
        peerAuthorityKey: certificate.publicKey,
      };
    });
  }
  if (ring.kind === 'member') throw new MeshError('NOT_ENTITLED', 'machines do not shake hands yet');
  const standings = listKeys(ring).map(async (key): Promise<Standing> => {
    const meshId = deriveMeshId(key);
    const peerKey = createAuthorityKey(deriveAuthoritySeed(key, other, name));
    return {
      meshId,
      role,
      service: name,
      authorityKey: createAuthorityKey(deriveAuthoritySeed(key, role, name)),
      peerAuthority: await issueAuthority(peerKey, { meshId, role: other, service: name }),
      peerAuthorityKey: createPublicKey(peerKey),
    };
  });
  return Promise.all(standings);
}
