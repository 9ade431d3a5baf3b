import { createPublicKey, type KeyObject } from 'node:crypto';
import { type KeyRing, listKeys } from '../key-ring.ts';
import { createAuthorityKey, deriveMeshId, deriveRootSeed } from '../keys/derive.ts';

/**
 * By mesh: what the notices of its keepers are verified with, the authority of its machines, which every machine knows. Empty for a token, which knows
 * no machines.
 */
export function listNoticeKeys(ring: KeyRing): ReadonlyMap<string, KeyObject> {
  switch (ring.kind) {
    case 'keys':
      return new Map(
        listKeys(ring).map((key) => [deriveMeshId(key), createPublicKey(createAuthorityKey(deriveRootSeed(key)))]),
      );
    case 'member':
      return new Map(ring.membership.parts.map(({ meshId, rootKey }) => [meshId, rootKey]));
    case 'bundle':
      return new Map();
    default:
      return ring satisfies never;
  }
}
