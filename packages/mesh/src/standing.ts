import { createPublicKey, type KeyObject, X509Certificate } from 'node:crypto';
import { explainRefusal, type KeyRing, listKeys } from './key-ring.ts';
import type { Bundle } from './keys/bundle.ts';
import {
  createAuthorityKey,
  deriveAuthoritySeed,
  deriveKeeperSeed,
  deriveMeshId,
  deriveRootSeed,
} from './keys/derive.ts';
import type { MeshKey } from './keys/mesh-key.ts';
import { MachineKey } from './membership/machine-key.ts';
import type { Membership } from './membership/membership.ts';
import { MeshError } from './mesh-error.ts';
import { type End, foldServiceName, oppositeRole, type Role } from './role.ts';
import { derToPem, issueAuthority, issueRoot } from './x509.ts';

/** What a keeper is called, and what stands for the machine that it runs on: any text that no other keeper has. */
export interface KeeperMachine {
  readonly name: string;
  readonly id: string;
}

/** A certificate that somebody else has made for a key of ours. PEM. */
interface GivenLeaf {
  readonly kind: 'given';
  readonly certificate: string;
  readonly key: KeyObject;
  /** Milliseconds since 1970. */
  readonly expiresAt: number;
}

/** By its role and its service: as tokens and the versions before machines had names know each other. */
export interface RoleStanding {
  readonly own: { readonly kind: 'authority'; readonly key: KeyObject } | GivenLeaf;
  /** Of the other role of the same service. PEM, and its key. */
  readonly peerAuthority: string;
  readonly peerAuthorityKey: KeyObject;
}

/** By its machine. */
export interface MachineStanding {
  readonly own:
    | {
        readonly kind: 'authority';
        readonly key: KeyObject;
        readonly end: End;
        readonly keeper: { readonly name: string; readonly key: MachineKey };
        readonly next: string | undefined;
      }
    | GivenLeaf;
  /** Of all machines of the mesh, at the other end. PEM, and its key. */
  readonly root: string;
  readonly rootKey: KeyObject;
}

/**
 * What one mesh key gives to one role of one service: what is shown, and how the others are recognised. A token has no `byMachine`, a machine that may
 * use the whole mesh no `byRole`; everybody has one of them.
 */
export interface Standing {
  readonly meshId: string;
  readonly role: Role;
  readonly service: string;
  readonly byRole: RoleStanding | undefined;
  readonly byMachine: MachineStanding | undefined;
}

/** Throws a MeshError, NOT_ENTITLED, when the ring is for something else. */
export function requireEntitled(ring: KeyRing, role: Role, service: string): void {
  const refusal = explainRefusal(ring, role, service);
  if (refusal !== undefined) throw new MeshError('NOT_ENTITLED', refusal);
}

/** The current key's first. Throws a MeshError, NOT_ENTITLED, when the ring is for something else. */
export async function deriveStandings(
  ring: KeyRing,
  role: Role,
  service: string,
  machine: KeeperMachine,
): Promise<readonly Standing[]> {
  const name = foldServiceName(service);
  requireEntitled(ring, role, name);
  switch (ring.kind) {
    case 'keys':
      return Promise.all(
        listKeys(ring).map((key) =>
          deriveStanding(key, { role, service: name, machine, current: deriveMeshId(ring.current) }),
        ),
      );
    case 'member':
      return readStandings(ring.key, ring.membership, role, name);
    case 'bundle':
      return readBundle(ring.bundle, role, name);
    default:
      return ring satisfies never;
  }
}

interface Deriving {
  readonly role: Role;
  readonly service: string;
  readonly machine: KeeperMachine;
  /** The mesh that is now. */
  readonly current: string;
}

async function deriveStanding(key: MeshKey, { role, service, machine, current }: Deriving): Promise<Standing> {
  const meshId = deriveMeshId(key);
  const other = oppositeRole(role);
  const peerKey = createAuthorityKey(deriveAuthoritySeed(key, other, service));
  const end = endOf(role);
  const peerEnd = endOf(other);
  const ownRootKey = createAuthorityKey(deriveRootSeed(key, end));
  const rootKey = createAuthorityKey(deriveRootSeed(key, peerEnd));
  const [peerAuthority, root] = await Promise.all([
    issueAuthority(peerKey, { meshId, role: other, service }),
    issueRoot(rootKey, meshId, peerEnd),
  ]);
  const keeper = { name: machine.name, key: new MachineKey(deriveKeeperSeed(key, machine.id)) };
  return {
    meshId,
    role,
    service,
    byRole: {
      own: { kind: 'authority', key: createAuthorityKey(deriveAuthoritySeed(key, role, service)) },
      peerAuthority,
      peerAuthorityKey: createPublicKey(peerKey),
    },
    byMachine: {
      own: { kind: 'authority', key: ownRootKey, end, keeper, next: meshId === current ? undefined : current },
      root,
      rootKey: createPublicKey(rootKey),
    },
  };
}

function readStandings(key: MachineKey, { parts }: Membership, role: Role, service: string): readonly Standing[] {
  const isDialling = endOf(role) === 'client';
  return parts.map((part) => {
    const { meshId, identity, grants, client } = part;
    const { expiresAt } = identity;
    const { certificate } = isDialling ? client : part;
    const { root, rootKey } = endOf(oppositeRole(role)) === 'client' ? client : part;
    const grant = grants.find((one) => one.role === role && one.service === service);
    return {
      meshId,
      role,
      service,
      byRole:
        grant === undefined
          ? undefined
          : { own: give(grant.leaf, key, expiresAt), ...readAuthority(grant.peerAuthority) },
      byMachine: { own: give(certificate, key, expiresAt), root: derToPem(root), rootKey },
    };
  });
}

function readBundle({ parts }: Bundle, role: Role, service: string): readonly Standing[] {
  return parts.map(({ meshId, seed, peerAuthority }) => ({
    meshId,
    role,
    service,
    byRole: { own: { kind: 'authority', key: createAuthorityKey(seed) }, ...readAuthority(peerAuthority) },
    byMachine: undefined,
  }));
}

/** Either end of a peer link shows what servers show. */
function endOf(role: Role): End {
  return role === 'proxy' ? 'client' : 'server';
}

function give(certificate: Uint8Array, { privateKey }: MachineKey, expiresAt: number): GivenLeaf {
  return { kind: 'given', certificate: derToPem(certificate), key: privateKey, expiresAt };
}

function readAuthority(der: Uint8Array): Pick<RoleStanding, 'peerAuthority' | 'peerAuthorityKey'> {
  return { peerAuthority: derToPem(der), peerAuthorityKey: new X509Certificate(der).publicKey };
}
