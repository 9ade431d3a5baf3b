import { type KeyRing, listKeys } from '../key-ring.ts';
import { createAuthorityKey, deriveMeshId, deriveRootSeed } from '../keys/derive.ts';
import { type Notice, type SignedNotice, signNotice } from './notice.ts';
import type { NoticeList } from './notice-list.ts';

/**
 * A keeper says this of a machine, in each of its meshes, above all that the list knows; where somebody with one of the keys has gone up to the highest
 * generation that there is, above all of the mesh. `at` in milliseconds since 1970.
 */
export function writeNotices(
  ring: KeyRing & { readonly kind: 'keys' },
  list: NoticeList,
  word: Pick<Notice, 'machine' | 'kind' | 'name' | 'at'>,
): readonly SignedNotice[] {
  const highest = list.generation;
  const at = Math.round(word.at);
  return listKeys(ring).map((key) => {
    const meshId = deriveMeshId(key);
    const generation = (highest < Number.MAX_SAFE_INTEGER ? highest : list.generationOf(meshId)) + 1;
    return signNotice({ ...word, at, meshId, generation }, createAuthorityKey(deriveRootSeed(key)));
  });
}
