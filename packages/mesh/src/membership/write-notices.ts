import { createAuthorityKey, deriveMeshId, deriveRootSeed } from '../keys/derive.ts';
import { type KeyRing, listKeys } from '../keys/key-ring.ts';
import { type Notice, type SignedNotice, signNotice } from './notice.ts';
import type { NoticeList } from './notice-list.ts';

/** A keeper says this of a machine, in each of its meshes, above all that the list knows. `at` in milliseconds since 1970. */
export function writeNotices(
  ring: KeyRing & { readonly kind: 'keys' },
  list: NoticeList,
  word: Pick<Notice, 'machine' | 'kind' | 'name' | 'at'>,
): readonly SignedNotice[] {
  const generation = list.generation + 1;
  const at = Math.round(word.at);
  return listKeys(ring).map((key) =>
    signNotice({ ...word, at, meshId: deriveMeshId(key), generation }, createAuthorityKey(deriveRootSeed(key))),
  );
}
