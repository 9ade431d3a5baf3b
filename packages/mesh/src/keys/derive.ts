import { createPrivateKey, hkdfSync, type KeyObject } from 'node:crypto';
import type { End, Role } from '../role.ts';
import type { MeshKey } from './mesh-key.ts';

const SALT = 'ambassador/mesh/v1';
const MESH_ID_BYTES = 8;
const KEY_BYTES = 32;
/** RFC 8410 7: what stands before the 32 bytes of an Ed25519 private key in PKCS #8. */
const ED25519_PKCS8 = Buffer.from('302e020100300506032b657004220420', 'hex');

/** The public name of a mesh: 16 hexadecimal digits that say nothing about its key. */
export function deriveMeshId(key: MeshKey): string {
  return derive(key, 'id', MESH_ID_BYTES).toString('hex');
}

/** The seed of the authority that says who has this role for this service. */
export function deriveAuthoritySeed(key: MeshKey, role: Role, service: string): Buffer {
  return derive(key, `ca/${role}/${service}`, KEY_BYTES);
}

/** What TXT records of this service are signed with. A filter, no proof: both roles have it. */
export function deriveTxtKey(key: MeshKey, service: string): Buffer {
  return derive(key, `txt/${service}`, KEY_BYTES);
}

/** The seed of the authority that says which machines are in the mesh; to who is dialled, another says it of who dials. */
export function deriveRootSeed(key: MeshKey, end: End = 'server'): Buffer {
  return derive(key, end === 'server' ? 'machines/ca' : 'machines/ca/client', KEY_BYTES);
}

/** From this, and without the mesh key, each machine that may use the whole mesh has the TXT keys of all services. */
export function deriveMachineTxtSeed(key: MeshKey): Buffer {
  return derive(key, 'machines/txt', KEY_BYTES);
}

/** What machines sign TXT records of this service with. A filter, no proof. */
export function deriveMachineTxtKey(txtSeed: Uint8Array, service: string): Buffer {
  return Buffer.from(hkdfSync('sha256', txtSeed, SALT, `txt/${service}`, KEY_BYTES));
}

/** The seed of a keeper's own key on one machine; `machine` is any text that stands for it. */
export function deriveKeeperSeed(key: MeshKey, machine: string): Buffer {
  return derive(key, `machines/keeper/${machine}`, KEY_BYTES);
}

/** The Ed25519 key of a seed (RFC 8032 5.1.5). */
export function createAuthorityKey(seed: Uint8Array): KeyObject {
  return createPrivateKey({ format: 'der', type: 'pkcs8', key: Buffer.concat([ED25519_PKCS8, seed]) });
}

function derive({ secret }: MeshKey, info: string, length: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, SALT, info, length));
}
