import type { KeyObject } from 'node:crypto';
import { type KeyRing, listKeys } from '../key-ring.ts';
import {
  createAuthorityKey,
  deriveAuthoritySeed,
  deriveMachineTxtKey,
  deriveMachineTxtSeed,
  deriveMeshId,
  deriveRootSeed,
  deriveTxtKey,
} from '../keys/derive.ts';
import type { MeshKey } from '../keys/mesh-key.ts';
import { MeshError } from '../mesh-error.ts';
import { type End, oppositeRole } from '../role.ts';
import {
  issueAuthority,
  issueLeaf,
  issueMachineCertificate,
  issueRoot,
  type MachineCertificateRequest,
  pemToDer,
} from '../x509.ts';
import type { JoinRequest } from './join-request.ts';
import { formatMachineUris } from './machine-identity.ts';
import { isMachineName } from './machine-name.ts';
import { type Grant, listGrants, MAX_GRANTS, type May, readGrants } from './may.ts';
import { type EndPapers, formatMembership, type GrantPapers, type WrittenPart } from './membership.ts';

const DAY_MS = 86_400_000;
/** How long a membership lasts. */
export const MEMBERSHIP_MS: number = 90 * DAY_MS;

export interface AdmitOptions {
  /** What the machine is called, not always what it wished. */
  readonly name: string;
  readonly may: May;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/**
 * Lets a machine into the mesh for 90 days: the text of its membership, for that machine alone to keep. The same for who is in already, which renews it.
 * Rejects with a MeshError: NOT_ENTITLED where the ring is no keeper's, MALFORMED_KEY for a name or a service that is none.
 */
export async function admitMachine(
  ring: KeyRing,
  { publicKey }: Pick<JoinRequest, 'publicKey'>,
  { name, may, now }: AdmitOptions,
): Promise<string> {
  if (ring.kind !== 'keys') {
    throw new MeshError('NOT_ENTITLED', 'only a keeper lets machines in; do it where the mesh key itself is');
  }
  if (!isMachineName(name)) {
    throw new MeshError('MALFORMED_KEY', `"${name}" is no machine name: use 1 to 32 of a-z, 0-9 and -`);
  }
  const allowed = may.kind === 'all' ? may : readGrants(listGrants(may));
  if (allowed === undefined) {
    throw new MeshError('MALFORMED_KEY', `a machine may use the whole mesh, or 1 to ${MAX_GRANTS} services in all`);
  }
  const notAfter = new Date(now + MEMBERSHIP_MS);
  const parts = listKeys(ring).map((key) => issuePart(key, publicKey, { name, may: allowed, notAfter }));
  return formatMembership(await Promise.all(parts));
}

async function issuePart(
  key: MeshKey,
  publicKey: KeyObject,
  { name, may, notAfter }: { readonly name: string; readonly may: May; readonly notAfter: Date },
): Promise<WrittenPart> {
  const meshId = deriveMeshId(key);
  const uris = formatMachineUris(meshId, name, may);
  const request = { meshId, publicKey, uris, notAfter };
  const [server, client, grants] = await Promise.all([
    issueForEnd(key, 'server', request),
    issueForEnd(key, 'client', request),
    Promise.all(may.kind === 'all' ? [] : listGrants(may).map((grant) => issueGrant(key, publicKey, grant, notAfter))),
  ]);
  return {
    meshId,
    ...server,
    client,
    txtSeed: may.kind === 'all' ? deriveMachineTxtSeed(key) : undefined,
    grants,
  };
}

async function issueForEnd(
  key: MeshKey,
  end: End,
  request: Pick<MachineCertificateRequest, 'meshId' | 'publicKey' | 'uris' | 'notAfter'>,
): Promise<EndPapers> {
  const rootKey = createAuthorityKey(deriveRootSeed(key, end));
  const [root, certificate] = await Promise.all([
    issueRoot(rootKey, request.meshId, end),
    issueMachineCertificate({ ...request, end, authorityKey: rootKey }),
  ]);
  return { root: pemToDer(root), certificate: pemToDer(certificate) };
}

async function issueGrant(
  key: MeshKey,
  publicKey: KeyObject,
  { role, service }: Grant,
  notAfter: Date,
): Promise<GrantPapers> {
  const meshId = deriveMeshId(key);
  const other = oppositeRole(role);
  const peerKey = createAuthorityKey(deriveAuthoritySeed(key, other, service));
  const [leaf, peerAuthority] = await Promise.all([
    issueLeaf({
      holder: { meshId, role, service },
      authorityKey: createAuthorityKey(deriveAuthoritySeed(key, role, service)),
      publicKey,
      notAfter,
    }),
    issueAuthority(peerKey, { meshId, role: other, service }),
  ]);
  return {
    role,
    service,
    leaf: pemToDer(leaf),
    peerAuthority: pemToDer(peerAuthority),
    txtKey: deriveTxtKey(key, service),
    machineTxtKey: deriveMachineTxtKey(deriveMachineTxtSeed(key), service),
  };
}
